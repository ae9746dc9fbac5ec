// SPDX-License-Identifier: GPL-2.0-only
#include "cost/tcp_stream.h"

#include <algorithm>

#include "packet/dissect.h"

namespace verdict::cost {

namespace {

constexpr uint16_t own_port = 40000;
/// MSS 1460, and a window scale, without which the guest would send none (RFC 7323). Time stamps
/// are left out.
const std::vector<uint8_t> syn_options{ 2, 4, 0x05, 0xb4, 1, 3, 3, 7 };

} // namespace

Result<TcpStream> TcpStream::connect(Wire &wire, uint16_t port)
{
  TcpStream stream(wire.address(), port);
  TRY(wire.inject(padded(stream.segment(tcp_syn, syn_options, {}))));
  stream.sequence_++;
  for (;;) {
    auto frame = wire.receive();
    if (!frame)
      return fail("no answer to a SYN: " + frame.error().message);
    const auto tcp = dissect(*frame).tcp;
    if (!tcp || tcp->src_port != port)
      continue;
    if (tcp->flags != (tcp_syn | tcp_ack))
      return fail("the guest refuses a connection: " + summary(*frame));
    stream.acknowledgement_ = tcp->sequence + 1;
    break;
  }
  TRY(wire.inject(padded(stream.segment(tcp_ack, {}, {}))));
  return stream;
}

std::vector<Frame> TcpStream::next(size_t count, size_t size)
{
  const Payload payload = pattern(0, payload_of(size));
  std::vector<Frame> frames;
  for (size_t i = 0; i < count; i++) {
    frames.push_back(segment(tcp_ack, {}, payload));
    sequence_ += static_cast<uint32_t>(payload.bytes.size());
  }
  return frames;
}

size_t TcpStream::burst(size_t size)
{
  constexpr size_t bytes = 40 << 10, half_a_budget = 32;
  return std::min(half_a_budget, bytes / payload_of(size));
}

size_t TcpStream::payload_of(size_t size)
{
  return size - 14 - 20 - 20;
}

Frame TcpStream::segment(uint8_t flags, const std::vector<uint8_t> &options,
                         const Payload &payload) const
{
  return build(Ethernet{ .dst = address_.guest_mac, .src = address_.host_mac },
               Ipv4{ .src = address_.host_ip, .dst = address_.guest_ip },
               Tcp{ .src_port = own_port,
                    .dst_port = port_,
                    .sequence = sequence_,
                    .acknowledgement = acknowledgement_,
                    .flags = flags,
                    .options = options },
               payload);
}

} // namespace verdict::cost
