// SPDX-License-Identifier: GPL-2.0-only
// Files, commands and the machine itself.
#include "agent.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/file.h"
#include "hex.h"

extern char **environ;

namespace verdict::guest {

namespace {

Result<json> write_file(const std::string &path, std::string_view data, off_t at = 0)
{
  Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));

  if (!file)
    return fail_errno("open " + path);
  if (at && ::lseek(file.get(), at, SEEK_SET) != at)
    return fail_errno("seek in " + path);
  if (::write(file.get(), data.data(), data.size()) != static_cast<ssize_t>(data.size()))
    return fail_errno("write " + path);
  return json::object();
}

Result<json> put(const json &request)
{
  auto data = TRY(from_hex(request.at("data").get<std::string>()));

  TRY(::verdict::write_file(request.at("path").get<std::string>(),
                            { reinterpret_cast<const char *>(data.data()), data.size() }));
  return json::object();
}

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe()
{
  int ends[2];

  if (::pipe2(ends, O_CLOEXEC))
    return fail_errno("pipe");
  return Pipe{ Fd(ends[0]), Fd(ends[1]) };
}

/// Collects both outputs until the command has closed them; false if the deadline came first.
bool collect(std::array<Fd, 2> &pipes, std::array<std::string, 2> &texts, const Deadline &deadline)
{
  char buffer[4096];

  while (pipes[0] || pipes[1]) {
    pollfd wait[2] = { { pipes[0].get(), POLLIN, 0 }, { pipes[1].get(), POLLIN, 0 } };
    int left = deadline.poll_timeout();
    if (!left)
      return false;
    if (::poll(wait, 2, left) <= 0)
      continue;
    for (int i = 0; i < 2; i++) {
      if (!wait[i].revents)
        continue;
      ssize_t n = ::read(pipes[i].get(), buffer, sizeof(buffer));
      if (n > 0)
        texts[i].append(buffer, static_cast<size_t>(n));
      else
        pipes[i].reset();
    }
  }
  return true;
}

/// The words of a command as exec wants them; empty if there are none.
std::vector<char *> pointers(std::vector<std::string> &words)
{
  std::vector<char *> argv;

  for (auto &word : words)
    argv.push_back(word.data());
  if (!argv.empty())
    argv.push_back(nullptr);
  return argv;
}

Result<json> run(const json &request)
{
  auto words = request.at("argv").get<std::vector<std::string>>();
  std::chrono::milliseconds timeout(request.value("timeout_ms", 10'000));
  auto argv = pointers(words);
  posix_spawn_file_actions_t actions;
  pid_t child;

  if (argv.empty())
    return fail("argv is empty");
  auto out = TRY(make_pipe()), err = TRY(make_pipe());
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error)
    return fail_errno(words[0], error);
  out.write.reset();
  err.write.reset();

  std::array<Fd, 2> pipes{ std::move(out.read), std::move(err.read) };
  std::array<std::string, 2> texts;
  bool ended = collect(pipes, texts, Deadline::exactly(timeout));
  int status;

  if (!ended)
    ::kill(child, SIGKILL);
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (!ended)
    return fail(words[0] + ": killed after " + std::to_string(timeout.count()) +
                " ms; it wrote: " + texts[0] + texts[1]);
  return json{ { "status", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status) },
               { "out", texts[0] },
               { "err", texts[1] } };
}

std::string output_of(pid_t child)
{
  return "/tmp/spawned." + std::to_string(child);
}

/// Starts a command that goes on while other requests are served.
Result<json> spawn(const json &request)
{
  auto words = request.at("argv").get<std::vector<std::string>>();
  auto argv = pointers(words);

  if (argv.empty())
    return fail("argv is empty");
  const pid_t child = ::fork();
  if (child < 0)
    return fail_errno("fork");
  if (!child) {
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(::open("/dev/null", O_RDONLY), 0);
    ::dup2(::open(output_of(::getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    ::dup2(1, 2);
    ::execvp(argv[0], argv.data());
    std::perror(argv[0]);
    ::_exit(127);
  }
  // It is to be there when the answer comes.
  Fd(::open(output_of(child).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return json{ { "pid", child }, { "output", output_of(child) } };
}

Result<json> kill_spawned(const json &request)
{
  if (::kill(request.at("pid").get<pid_t>(), request.value("signal", SIGTERM)))
    return fail_errno("kill");
  return json::object();
}

Result<json> power_off(const json &)
{
  ::sync();
  ::reboot(RB_POWER_OFF);
  return fail_errno("power off");
}

} // namespace

void add_system_ops(Ops &ops)
{
  ops["ping"] = [](const json &) -> Result<json> { return json::object(); };
  ops["run"] = run;
  ops["spawn"] = spawn;
  ops["kill"] = kill_spawned;
  ops["read"] = [](const json &request) -> Result<json> {
    auto text = TRY(read_file(request.at("path").get<std::string>()));
    return json{ { "data", text } };
  };
  ops["write"] = [](const json &request) {
    return write_file(request.at("path"), request.at("data").get<std::string>(),
                      request.value("at", 0));
  };
  ops["put"] = put;
  ops["poweroff"] = power_off;
  ops["panic"] = [](const json &) { return write_file("/proc/sysrq-trigger", "c"); };
  ops["warn_log"] = [](const json &request) {
    return write_file("/dev/kmsg", "<" + std::to_string(request.value("level", 4)) + ">" +
                                       request.at("text").get<std::string>());
  };
}

} // namespace verdict::guest
