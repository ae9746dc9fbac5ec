// SPDX-License-Identifier: GPL-2.0-only
// A TCP socket whose bytes are counted and thrown away, by a process of its own.
#include "agent.h"

#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include <netinet/in.h>

#include "agent_counting.h"
#include "base/fd.h"

namespace verdict::guest {
namespace {

constexpr size_t at_once = 256 << 10; ///< bytes of one read

/// Reads a connection, and counts its bytes.
std::optional<CountingProcess> reader;

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
void drain(int listening, uint64_t *drained)
{
  static char bytes[at_once];
  const int connection = ::accept(listening, nullptr, nullptr);
  ssize_t size;

  while ((size = ::read(connection, bytes, sizeof(bytes))) > 0)
    __atomic_add_fetch(drained, static_cast<uint64_t>(size), __ATOMIC_RELAXED);
}

Result<json> tcp_drain(const json &request)
{
  if (reader)
    return fail("a TCP socket is drained already");
  auto socket = TRY(listen_at(request.at("port")));
  reader = TRY(fork_counting([&](uint64_t *drained) { drain(socket.get(), drained); }));
  return json{ { "pid", reader->pid } };
}

} // namespace

void add_sink_ops(Ops &ops)
{
  ops["tcp_drain"] = tcp_drain;
  ops["tcp_drained"] = [](const json &) -> Result<json> {
    if (!reader)
      return fail("no TCP socket is drained");
    return json{ { "bytes", reader->counted() } };
  };
}

} // namespace verdict::guest
