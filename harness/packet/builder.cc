// SPDX-License-Identifier: GPL-2.0-only
#include "packet/builder.h"

#include <algorithm>

namespace verdict {

namespace {

using Bytes = std::vector<uint8_t>;

/// Appends fields in network byte order.
class Writer {
public:
  Writer &u8(uint8_t value)
  {
    bytes_.push_back(value);
    return *this;
  }
  Writer &u16(uint16_t value) { return u8(value >> 8).u8(value & 0xff); }
  Writer &u32(uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }

  template <size_t size>
  Writer &array(const std::array<uint8_t, size> &value)
  {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }

  Bytes take() { return std::move(bytes_); }

private:
  Bytes bytes_;
};

void put_u16(Bytes &bytes, size_t offset, uint16_t value)
{
  bytes[offset] = value >> 8;
  bytes[offset + 1] = value & 0xff;
}

/// The EtherType that announces a layer.
uint16_t ethertype_of(const Layer *next)
{
  if (!next)
    return ethertype_test;
  if (const auto *vlan = std::get_if<Vlan>(next))
    return vlan->tpid;
  if (std::holds_alternative<Arp>(*next))
    return ethertype_arp;
  if (std::holds_alternative<Ipv4>(*next))
    return ethertype_ipv4;
  return ethertype_test;
}

/// The IP protocol that announces a layer; 253 is for experimentation (RFC 3692).
uint8_t protocol_of(const Layer *next)
{
  if (next && std::holds_alternative<IcmpEcho>(*next))
    return protocol_icmp;
  if (next && std::holds_alternative<Udp>(*next))
    return protocol_udp;
  if (next && std::holds_alternative<Tcp>(*next))
    return protocol_tcp;
  return 253;
}

/// Each serialises one header; `inner` is what follows it, done before.
struct Serialiser {
  const Layer *previous;
  const Layer *next;
  const Bytes &inner;

  Bytes operator()(const Ethernet &ethernet) const
  {
    return Writer()
        .array(ethernet.dst.bytes)
        .array(ethernet.src.bytes)
        .u16(ethernet.type.value_or(ethertype_of(next)))
        .take();
  }

  // The tag's TPID is the type of the header before it; here follow TCI and inner type.
  Bytes operator()(const Vlan &vlan) const
  {
    const auto tci = static_cast<uint16_t>((vlan.priority & 7) << 13 | vlan.drop_eligible << 12 |
                                           (vlan.id & 0xfff));
    return Writer().u16(tci).u16(vlan.type.value_or(ethertype_of(next))).take();
  }

  Bytes operator()(const Arp &arp) const
  {
    return Writer()
        .u16(arp.hardware_type)
        .u16(arp.protocol_type)
        .u8(arp.hardware_size)
        .u8(arp.protocol_size)
        .u16(arp.operation)
        .array(arp.sender_mac.bytes)
        .array(arp.sender_ip.bytes)
        .array(arp.target_mac.bytes)
        .array(arp.target_ip.bytes)
        .take();
  }

  Bytes operator()(const Ipv4 &ip) const
  {
    const auto flags = static_cast<uint16_t>(ip.dont_fragment << 14 | ip.more_fragments << 13 |
                                             ip.fragment_offset);
    const auto length = static_cast<uint16_t>(20 + inner.size());
    Bytes bytes = Writer()
                      .u8(static_cast<uint8_t>(ip.version << 4 | ip.header_words))
                      .u8(ip.tos)
                      .u16(ip.total_length.value_or(length))
                      .u16(ip.id)
                      .u16(flags)
                      .u8(ip.ttl)
                      .u8(ip.protocol.value_or(protocol_of(next)))
                      .u16(0)
                      .array(ip.src.bytes)
                      .array(ip.dst.bytes)
                      .take();
    put_u16(bytes, 10, ip.checksum.value_or(internet_checksum(bytes)));
    return bytes;
  }

  Bytes operator()(const IcmpEcho &icmp) const
  {
    Bytes bytes =
        Writer().u8(icmp.type).u8(icmp.code).u16(0).u16(icmp.id).u16(icmp.sequence).take();
    Bytes message = bytes;
    message.insert(message.end(), inner.begin(), inner.end());
    put_u16(bytes, 2, icmp.checksum.value_or(internet_checksum(message)));
    return bytes;
  }

  Bytes operator()(const Udp &udp) const
  {
    const auto length = static_cast<uint16_t>(8 + inner.size());
    Bytes bytes =
        Writer().u16(udp.src_port).u16(udp.dst_port).u16(udp.length.value_or(length)).u16(0).take();
    // 0 would mean that there is none.
    const uint16_t sum = checksum(protocol_udp, bytes);
    put_u16(bytes, 6, udp.checksum.value_or(sum || !ip() ? sum : 0xffff));
    return bytes;
  }

  Bytes operator()(const Tcp &tcp) const
  {
    const size_t words = 5 + tcp.options.size() / 4;
    Bytes bytes = Writer()
                      .u16(tcp.src_port)
                      .u16(tcp.dst_port)
                      .u32(tcp.sequence)
                      .u32(tcp.acknowledgement)
                      .u8(static_cast<uint8_t>(words << 4))
                      .u8(tcp.flags)
                      .u16(tcp.window)
                      .u16(0)
                      .u16(0)
                      .take();
    bytes.insert(bytes.end(), tcp.options.begin(), tcp.options.end());
    put_u16(bytes, 16, tcp.checksum.value_or(checksum(protocol_tcp, bytes)));
    return bytes;
  }

  Bytes operator()(const Payload &payload) const { return payload.bytes; }

  /// The IP header before this one, or null.
  const Ipv4 *ip() const { return previous ? std::get_if<Ipv4>(previous) : nullptr; }

  /// Over header, what follows and the pseudo header; 0 if there is no IP header to make that of.
  uint16_t checksum(uint8_t protocol, const Bytes &header) const
  {
    if (!ip())
      return 0;
    Bytes segment = header;
    segment.insert(segment.end(), inner.begin(), inner.end());
    return transport_checksum(*ip(), protocol, segment);
  }
};

} // namespace

uint16_t internet_checksum(std::span<const uint8_t> bytes, uint32_t initial)
{
  uint64_t sum = initial;
  for (size_t i = 0; i < bytes.size(); i++)
    sum += i % 2 ? bytes[i] : bytes[i] << 8;
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

uint16_t transport_checksum(const Ipv4 &ip, uint8_t protocol, std::span<const uint8_t> segment)
{
  uint32_t pseudo = protocol + static_cast<uint32_t>(segment.size());
  for (const Ipv4Address &address : { ip.src, ip.dst }) {
    for (size_t i = 0; i < address.bytes.size(); i += 2)
      pseudo += address.bytes[i] << 8 | address.bytes[i + 1];
  }
  return internet_checksum(segment, pseudo);
}

Payload pattern(uint64_t seed, size_t size)
{
  // A multiplicative congruential generator with one mixing step; quality is of no concern here,
  // only that the top byte of each step has no short period.
  Payload payload;
  payload.bytes.reserve(size);
  uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < size; i++) {
    state = state * 6364136223846793005 + 1442695040888963407;
    payload.bytes.push_back(static_cast<uint8_t>((state ^ state >> 29) >> 56));
  }
  return payload;
}

Frame build(const std::vector<Layer> &layers)
{
  Bytes bytes;
  for (size_t i = layers.size(); i-- > 0;) {
    const Serialiser serialise{ .previous = i > 0 ? &layers[i - 1] : nullptr,
                                .next = i + 1 < layers.size() ? &layers[i + 1] : nullptr,
                                .inner = bytes };
    Bytes outer = std::visit(serialise, layers[i]);
    outer.insert(outer.end(), bytes.begin(), bytes.end());
    bytes = std::move(outer);
  }
  return { std::move(bytes) };
}

Frame padded(Frame frame, size_t size)
{
  if (frame.size() < size)
    frame.bytes.resize(size);
  return frame;
}

std::vector<Frame> padded(std::vector<Frame> frames)
{
  for (Frame &frame : frames)
    frame = padded(std::move(frame));
  return frames;
}

Frame swapped(Frame frame)
{
  if (frame.size() >= 12)
    std::swap_ranges(frame.bytes.begin(), frame.bytes.begin() + 6, frame.bytes.begin() + 6);
  return frame;
}

Frame test_frame(const NicAddress &nic, uint64_t seed, size_t size)
{
  return build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac, .type = ethertype_test },
               pattern(seed, size - 14));
}

Frame udp_frame(const NicAddress &nic, uint16_t src_port, uint16_t dst_port, const Payload &payload)
{
  return build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
               Ipv4{ .src = nic.host_ip, .dst = nic.guest_ip },
               Udp{ .src_port = src_port, .dst_port = dst_port }, payload);
}

Frame arp_request(const NicAddress &nic)
{
  return padded(build(Ethernet{ .dst = broadcast_mac, .src = nic.host_mac },
                      Arp{ .operation = 1,
                           .sender_mac = nic.host_mac,
                           .sender_ip = nic.host_ip,
                           .target_ip = nic.guest_ip }));
}

Frame arp_reply(const NicAddress &nic)
{
  return padded(build(Ethernet{ .dst = nic.host_mac, .src = nic.guest_mac },
                      Arp{ .operation = 2,
                           .sender_mac = nic.guest_mac,
                           .sender_ip = nic.guest_ip,
                           .target_mac = nic.host_mac,
                           .target_ip = nic.host_ip }));
}

Frame echo_request(const NicAddress &nic, uint16_t id, uint16_t sequence, const Payload &payload)
{
  return build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
               Ipv4{ .src = nic.host_ip, .dst = nic.guest_ip },
               IcmpEcho{ .type = 8, .code = 0, .id = id, .sequence = sequence }, payload);
}

} // namespace verdict
