// SPDX-License-Identifier: GPL-2.0-only
#include "packet/dissect.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace verdict {

namespace {

/// Reads fields from the front of a frame and notes where each was.
class Reader {
public:
  Reader(const Frame &frame, std::vector<Field> &fields)
      : bytes_(frame), fields_(fields), end_(frame.size())
  {
  }

  bool has(size_t size) const { return end_ - offset_ >= size; }
  size_t offset() const { return offset_; }
  size_t left() const { return end_ - offset_; }

  /// What lies behind `size` more bytes is not part of this packet.
  void limit(size_t size) { end_ = std::min(end_, offset_ + size); }

  uint8_t u8(const std::string &name)
  {
    note(1, name);
    return bytes_[offset_++];
  }
  uint16_t u16(const std::string &name)
  {
    note(2, name);
    const auto value = static_cast<uint16_t>(bytes_[offset_] << 8 | bytes_[offset_ + 1]);
    offset_ += 2;
    return value;
  }
  uint32_t u32(const std::string &name)
  {
    note(4, name);
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
      value = value << 8 | bytes_[offset_++];
    return value;
  }
  template <typename Address>
  Address address(const std::string &name)
  {
    Address address;
    note(address.bytes.size(), name);
    for (uint8_t &byte : address.bytes)
      byte = bytes_[offset_++];
    return address;
  }
  std::vector<uint8_t> bytes(size_t size, const std::string &name)
  {
    const auto bytes = bytes_.subspan(offset_, size);
    if (size)
      skip(size, name);
    return { bytes.begin(), bytes.end() };
  }
  std::vector<uint8_t> rest(const std::string &name) { return bytes(left(), name); }
  void skip(size_t size, const std::string &name)
  {
    note(size, name);
    offset_ += size;
  }

private:
  void note(size_t size, const std::string &name) { fields_.push_back({ offset_, size, name }); }

  std::span<const uint8_t> bytes_;
  std::vector<Field> &fields_;
  size_t offset_ = 0;
  size_t end_;
};

std::span<const uint8_t> part(const Frame &frame, size_t offset, size_t size)
{
  return std::span<const uint8_t>(frame.bytes).subspan(offset, size);
}

void read_arp(Dissection &seen, Reader &reader)
{
  Arp &arp = seen.arp.emplace();
  arp.hardware_type = reader.u16("ARP hardware type");
  arp.protocol_type = reader.u16("ARP protocol type");
  arp.hardware_size = reader.u8("ARP hardware size");
  arp.protocol_size = reader.u8("ARP protocol size");
  arp.operation = reader.u16("ARP operation");
  arp.sender_mac = reader.address<MacAddress>("ARP sender MAC");
  arp.sender_ip = reader.address<Ipv4Address>("ARP sender IP");
  arp.target_mac = reader.address<MacAddress>("ARP target MAC");
  arp.target_ip = reader.address<Ipv4Address>("ARP target IP");
}

void read_icmp_echo(Dissection &seen, Reader &reader, const Frame &frame)
{
  if (internet_checksum(part(frame, reader.offset(), reader.left())) != 0)
    seen.ill.push_back("bad ICMP checksum");
  IcmpEcho &icmp = seen.icmp_echo.emplace();
  icmp.type = reader.u8("ICMP type");
  icmp.code = reader.u8("ICMP code");
  icmp.checksum = reader.u16("ICMP checksum");
  icmp.id = reader.u16("ICMP id");
  icmp.sequence = reader.u16("ICMP sequence");
}

void read_udp(Dissection &seen, Reader &reader, const Frame &frame)
{
  const auto datagram = part(frame, reader.offset(), reader.left());
  Udp &udp = seen.udp.emplace();
  udp.src_port = reader.u16("UDP source port");
  udp.dst_port = reader.u16("UDP destination port");
  udp.length = reader.u16("UDP length");
  udp.checksum = reader.u16("UDP checksum");
  if (*udp.length != datagram.size())
    seen.ill.push_back("bad UDP length");
  else if (*udp.checksum && transport_checksum(*seen.ipv4, protocol_udp, datagram) != 0)
    seen.ill.push_back("bad UDP checksum");
}

void read_tcp(Dissection &seen, Reader &reader, const Frame &frame)
{
  constexpr size_t least = 20;
  if (transport_checksum(*seen.ipv4, protocol_tcp, part(frame, reader.offset(), reader.left())))
    seen.ill.push_back("bad TCP checksum");
  Tcp &tcp = seen.tcp.emplace();
  tcp.src_port = reader.u16("TCP source port");
  tcp.dst_port = reader.u16("TCP destination port");
  tcp.sequence = reader.u32("TCP sequence");
  tcp.acknowledgement = reader.u32("TCP acknowledgement");
  const size_t header = (reader.u8("TCP data offset") >> 4) * size_t{ 4 };
  tcp.flags = reader.u8("TCP flags");
  tcp.window = reader.u16("TCP window");
  tcp.checksum = reader.u16("TCP checksum");
  reader.skip(2, "TCP urgent pointer");
  if (header < least || header - least > reader.left())
    seen.ill.push_back("bad TCP data offset");
  else
    tcp.options = reader.bytes(header - least, "TCP options");
}

void read_ipv4(Dissection &seen, Reader &reader, const Frame &frame)
{
  const size_t start = reader.offset();
  Ipv4 &ip = seen.ipv4.emplace();
  const uint8_t first = reader.u8("IPv4 version and header length");
  ip.version = first >> 4;
  ip.header_words = first & 0xf;
  ip.tos = reader.u8("IPv4 tos");
  ip.total_length = reader.u16("IPv4 total length");
  ip.id = reader.u16("IPv4 id");
  const uint16_t flags = reader.u16("IPv4 flags and fragment offset");
  ip.dont_fragment = flags & 0x4000;
  ip.more_fragments = flags & 0x2000;
  ip.fragment_offset = flags & 0x1fff;
  ip.ttl = reader.u8("IPv4 ttl");
  ip.protocol = reader.u8("IPv4 protocol");
  ip.checksum = reader.u16("IPv4 checksum");
  ip.src = reader.address<Ipv4Address>("IPv4 source");
  ip.dst = reader.address<Ipv4Address>("IPv4 destination");

  if (ip.version != 4)
    seen.ill.push_back("IPv4 version is " + std::to_string(ip.version));
  const size_t header = ip.header_words * 4u;
  if (header < 20 || header - 20 > reader.left()) {
    seen.ill.push_back("bad IPv4 header length");
    return;
  }
  if (header > 20)
    reader.skip(header - 20, "IPv4 options");
  if (internet_checksum(part(frame, start, header)) != 0)
    seen.ill.push_back("bad IPv4 checksum");
  const size_t length = *ip.total_length;
  if (length < header || length - header > reader.left())
    seen.ill.push_back("bad IPv4 total length");
  else
    reader.limit(length - header);

  if (ip.fragment_offset || ip.more_fragments)
    return;
  if (ip.protocol == protocol_icmp && reader.has(8) &&
      (frame[reader.offset()] == 0 || frame[reader.offset()] == 8))
    read_icmp_echo(seen, reader, frame);
  else if (ip.protocol == protocol_udp && reader.has(8))
    read_udp(seen, reader, frame);
  else if (ip.protocol == protocol_tcp && reader.has(20))
    read_tcp(seen, reader, frame);
}

} // namespace

std::string Dissection::field_at(size_t offset) const
{
  for (const Field &field : fields) {
    if (offset >= field.offset && offset < field.offset + field.size)
      return field.name;
  }
  return "beyond the end";
}

Dissection dissect(const Frame &frame)
{
  Dissection seen;
  Reader reader(frame, seen.fields);
  if (!reader.has(14)) {
    seen.payload.bytes = reader.rest("cut Ethernet header");
    return seen;
  }
  Ethernet &ethernet = seen.ethernet.emplace();
  ethernet.dst = reader.address<MacAddress>("Ethernet destination");
  ethernet.src = reader.address<MacAddress>("Ethernet source");
  ethernet.type = reader.u16("Ethernet type");

  uint16_t type = *ethernet.type;
  while ((type == ethertype_vlan || type == ethertype_qinq) && reader.has(4)) {
    Vlan vlan;
    vlan.tpid = type;
    const uint16_t tci = reader.u16("VLAN tci");
    vlan.id = tci & 0xfff;
    vlan.priority = tci >> 13;
    vlan.drop_eligible = tci >> 12 & 1;
    vlan.type = type = reader.u16("VLAN inner type");
    seen.vlans.push_back(vlan);
  }

  if (type == ethertype_arp && reader.has(28)) {
    read_arp(seen, reader);
    reader.limit(0);
  } else if (type == ethertype_ipv4 && reader.has(20)) {
    read_ipv4(seen, reader, frame);
  }
  seen.payload.bytes = reader.rest("payload");
  if (reader.offset() < frame.size())
    seen.fields.push_back({ reader.offset(), frame.size() - reader.offset(), "padding" });
  return seen;
}

std::string summary(const Frame &frame)
{
  const Dissection seen = dissect(frame);
  if (!seen.ethernet)
    return "cut frame, " + count_of(frame.size(), "byte");

  std::string text = seen.ethernet->src.text() + " > " + seen.ethernet->dst.text();
  uint16_t type = *seen.ethernet->type;
  for (const Vlan &vlan : seen.vlans) {
    text += fmt::format(" VLAN {}", vlan.id);
    if (vlan.priority)
      text += fmt::format(" priority {}", vlan.priority);
    type = *vlan.type;
  }
  if (seen.arp) {
    const Arp &arp = *seen.arp;
    if (arp.operation == 1)
      text += " ARP who has " + arp.target_ip.text() + ", tell " + arp.sender_ip.text();
    else if (arp.operation == 2)
      text += " ARP " + arp.sender_ip.text() + " is at " + arp.sender_mac.text();
    else
      text += fmt::format(" ARP operation {}", arp.operation);
  } else if (seen.ipv4) {
    text += " IPv4 " + seen.ipv4->src.text() + " > " + seen.ipv4->dst.text();
    if (seen.icmp_echo)
      text += fmt::format(" ICMP echo {} id 0x{:04x} seq {}",
                          seen.icmp_echo->type == 8 ? "request" : "reply", seen.icmp_echo->id,
                          seen.icmp_echo->sequence);
    else if (seen.udp)
      text += fmt::format(" UDP {} > {}", seen.udp->src_port, seen.udp->dst_port);
    else if (seen.tcp)
      text += fmt::format(" TCP {} > {} flags 0x{:02x} seq {} ack {}", seen.tcp->src_port,
                          seen.tcp->dst_port, seen.tcp->flags, seen.tcp->sequence,
                          seen.tcp->acknowledgement);
    else
      text += fmt::format(" protocol {}", *seen.ipv4->protocol);
  } else {
    text += fmt::format(" type 0x{:04x}", type);
  }
  if (!seen.payload.bytes.empty())
    text += fmt::format(" payload {}", seen.payload.bytes.size());
  text += ", " + count_of(frame.size(), "byte");
  if (!seen.ill.empty())
    text += " (" + join(seen.ill, ", ") + ")";
  return text;
}

void PrintTo(const Frame &frame, std::ostream *stream)
{
  *stream << summary(frame);
}

void PrintTo(const std::vector<Frame> &frames, std::ostream *stream)
{
  constexpr size_t limit = 3;
  *stream << count_of(frames.size(), "frame");
  for (size_t i = 0; i < frames.size() && i < limit; i++)
    *stream << (i ? "; " : ": ") << summary(frames[i]);
  if (frames.size() > limit)
    *stream << "; ...";
}

} // namespace verdict
