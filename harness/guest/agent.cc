// SPDX-License-Identifier: GPL-2.0-only
// The guest's PID 1: takes requests from a virtio-serial port, a JSON object a line.
#include "agent.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/port.h"

namespace verdict::guest {
namespace {

namespace fs = std::filesystem;

// A guest that speaks IPv6 unasked would disturb tests that count frames.
void quiet_ipv6()
{
  std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << "1";
}

void loopback_up()
{
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};

  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request))
    std::fprintf(stderr, "agent: lo: %s\n", std::strerror(errno));
}

void set_up()
{
  mount_kernel_filesystems();
  ::setenv("PATH", "/bin", 1);
  loopback_up();
  quiet_ipv6();

  rlimit locked{ RLIM_INFINITY, RLIM_INFINITY };
  ::setrlimit(RLIMIT_MEMLOCK, &locked);

  // A dead child ends the wait for a request, so that it is reaped at once.
  struct sigaction wake = {};
  wake.sa_handler = [](int) {};
  ::sigaction(SIGCHLD, &wake, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Fd open_port()
{
  for (;;) {
    std::error_code ignored;
    for (const auto &port : fs::directory_iterator("/sys/class/virtio-ports", ignored)) {
      std::string name;
      std::ifstream(port.path() / "name") >> name;
      if (name == agent_port)
        return Fd(::open(("/dev/" + port.path().filename().string()).c_str(), O_RDWR | O_CLOEXEC));
    }
    ::usleep(10'000);
  }
}

json answer(const Ops &ops, const std::string &line)
{
  json reply = { { "id", nullptr } };

  try {
    json request = json::parse(line);
    reply["id"] = request.at("id");
    auto name = request.at("op").get<std::string>();
    auto op = ops.find(name);
    if (op == ops.end()) {
      reply["error"] = "unknown op \"" + name + "\"";
      return reply;
    }
    auto result = op->second(request);
    if (result)
      reply["ok"] = std::move(*result);
    else
      reply["error"] = result.error().message;
  } catch (const std::exception &e) {
    reply["error"] = std::string("bad request: ") + e.what();
  }
  return reply;
}

void write_all(int fd, std::string_view text)
{
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

[[noreturn]] void serve(const Ops &ops, int port)
{
  std::string pending;
  char buffer[16384];

  for (;;) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0)
      ;
    pollfd wait{ port, POLLIN, 0 };
    if (::poll(&wait, 1, -1) < 0)
      continue;
    ssize_t n = ::read(port, buffer, sizeof(buffer));
    if (n <= 0) {
      // No host at the other end (now): forget half a request and wait for the next host.
      pending.clear();
      ::usleep(5'000);
      continue;
    }
    pending.append(buffer, static_cast<size_t>(n));
    for (size_t end; (end = pending.find('\n')) != std::string::npos;) {
      json reply = answer(ops, pending.substr(0, end));
      pending.erase(0, end + 1);
      write_all(port, reply.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    }
  }
}

} // namespace

void mount_kernel_filesystems()
{
  constexpr std::pair<const char *, const char *> mounts[] = {
    { "proc", "/proc" },
    { "sysfs", "/sys" },
    { "devtmpfs", "/dev" },
    { "bpf", "/sys/fs/bpf" },
    { "tracefs", "/sys/kernel/tracing" },
    { "debugfs", "/sys/kernel/debug" },
  };
  for (const auto &[type, where] : mounts) {
    ::mkdir(where, 0755);
    if (::mount(type, where, type, 0, nullptr) && errno != EBUSY)
      std::fprintf(stderr, "agent: mount %s: %s\n", where, std::strerror(errno));
  }
}

} // namespace verdict::guest

int main()
{
  using namespace verdict::guest;
  Ops ops;

  set_up();
  add_system_ops(ops);
  add_module_ops(ops);
  add_bpf_ops(ops);
  add_attach_ops(ops);
  add_socket_ops(ops);
  add_xsk_ops(ops);
  add_sink_ops(ops);
  add_netdev_ops(ops);
  add_ethtool_ops(ops);
  add_root_ops(ops);
  add_fault_ops(ops);
  auto port = open_port();
  serve(ops, port.get());
}
