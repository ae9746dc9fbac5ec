// SPDX-License-Identifier: GPL-2.0-only
// A TCP socket whose bytes are counted and thrown away, by a process of its own.
#include "agent.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include "base/fd.h"

namespace verdict::guest {
namespace {

constexpr size_t at_once = 256 << 10; ///< bytes of one read

/// Bytes read, for both processes to see.
uint64_t *drained;

Result<Fd> listen_at(uint16_t port)
{
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = INADDR_ANY;

  if (socket.get() < 0)
    return fail_errno("TCP socket");
  if (::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)))
    return fail_errno("bind");
  if (::listen(socket.get(), 1))
    return fail_errno("listen");
  return socket;
}

/// Reads one connection to its end.
[[noreturn]] void drain(int listening)
{
  static char bytes[at_once];
  const int connection = ::accept(listening, nullptr, nullptr);
  ssize_t size;

  while ((size = ::read(connection, bytes, sizeof(bytes))) > 0)
    __atomic_add_fetch(drained, static_cast<uint64_t>(size), __ATOMIC_RELAXED);
  ::_exit(0);
}

Result<json> tcp_drain(const json &request)
{
  auto socket = listen_at(request.at("port"));

  if (!socket)
    return tl::unexpected(socket.error());
  void *memory =
      ::mmap(nullptr, sizeof(*drained), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return fail_errno("mmap");
  drained = static_cast<uint64_t *>(memory);
  const pid_t child = ::fork();
  if (child < 0)
    return fail_errno("fork");
  if (!child)
    drain(socket->get());
  return json{ { "pid", child } };
}

} // namespace

void add_sink_ops(Ops &ops)
{
  ops["tcp_drain"] = tcp_drain;
  ops["tcp_drained"] = [](const json &) -> Result<json> {
    if (!drained)
      return fail("no TCP socket is drained");
    return json{ { "bytes", __atomic_load_n(drained, __ATOMIC_RELAXED) } };
  };
}

} // namespace verdict::guest
