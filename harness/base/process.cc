// SPDX-License-Identifier: GPL-2.0-only
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

namespace verdict {

Result<Child> Child::spawn(const Command &command)
{
  const std::string leash = program_directory() / "verdict_leash";
  const std::string parent = std::to_string(::getpid());

  std::vector<char *> argv{ const_cast<char *>(leash.c_str()), const_cast<char *>(parent.c_str()) };
  for (const std::string &argument : command.arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  // The child's 1 could be what becomes its 2, so a spare number stands in between.
  posix_spawn_file_actions_adddup2(&actions, command.error, 63);
  posix_spawn_file_actions_adddup2(&actions, command.output, 1);
  posix_spawn_file_actions_adddup2(&actions, 63, 2);
  posix_spawn_file_actions_addclose(&actions, 63);
  for (const auto &passed : command.descriptors)
    posix_spawn_file_actions_adddup2(&actions, passed.fd, passed.as);

  // The child starts with no signal blocked or ignored, whatever the test framework did.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, leash.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error)
    return fail_errno("start " + leash, error);

  // Not by its libc wrapper: the header of glibc 2.36 lacks the linkage for C++.
  Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    auto failure = fail_errno("pidfd_open");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return failure;
  }
  return Child(pid, std::move(pidfd));
}

Child::Child(Child &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)),
      ended_(std::move(other.ended_))
{
}

Child &Child::operator=(Child &&other) noexcept
{
  if (this != &other) {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    ended_ = std::move(other.ended_);
  }
  return *this;
}

std::optional<std::string> Child::wait(const Deadline &deadline)
{
  if (ended_ || pid_ < 0)
    return ended_;

  pollfd exit{ .fd = pidfd_.get(), .events = POLLIN, .revents = 0 };
  while (::poll(&exit, 1, deadline.poll_timeout()) < 0 && errno == EINTR)
    ;
  int status;
  if (::waitpid(pid_, &status, WNOHANG) != pid_)
    return {};
  if (WIFSIGNALED(status))
    ended_ = "signal " + std::to_string(WTERMSIG(status));
  else
    ended_ = "exit status " + std::to_string(WEXITSTATUS(status));
  return ended_;
}

void Child::kill()
{
  if (pid_ < 0 || ended_)
    return;
  ::kill(pid_, SIGKILL);
  wait(Deadline(milliseconds(10000)));
  pid_ = -1;
}

namespace {

/// A file without a name.
Result<Fd> memory_file(const char *name)
{
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file)
    return fail_errno("memfd_create");
  return file;
}

Result<std::string> content(const Fd &file)
{
  return read_file("/proc/self/fd/" + std::to_string(file.get()));
}

} // namespace

Result<std::string> output_of(const std::vector<std::string> &arguments, milliseconds timeout)
{
  const Fd output = TRY(memory_file("stdout"));
  const Fd error = TRY(memory_file("stderr"));
  Child child =
      TRY(Child::spawn({ .arguments = arguments, .output = output.get(), .error = error.get() }));
  const Deadline deadline(timeout);
  const auto ended = child.wait(deadline);
  if (!ended)
    return fail(arguments.front() + " does not end in " + deadline.text());
  if (!child.exited_well())
    return fail(arguments.front() + " failed (" + *ended + "): " + TRY(content(error)));
  return content(output);
}

Result<std::filesystem::path> find_program(const std::string &name)
{
  const char *path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const size_t end = rest.find(':');
    const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, end)) / name;
    if (::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return fail(name + " is not installed; run scripts/setup");
}

} // namespace verdict
