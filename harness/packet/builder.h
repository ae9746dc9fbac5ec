// SPDX-License-Identifier: GPL-2.0-only
// Builds frames from headers, outermost first:
//
//   Frame frame = build(Ethernet{ .dst = guest, .src = host }, Ipv4{ .src = a, .dst = b },
//                       Udp{ .src_port = 1000, .dst_port = 2000 }, pattern(seed, 100));
//
// What is left out is made right: types and protocols from the header that follows, lengths and
// checksums from the content. What is given is put on the wire as it is, right or wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "packet/address.h"
#include "packet/frame.h"

namespace verdict {

/// EtherTypes and IP protocols that the harness uses.
inline constexpr uint16_t ethertype_ipv4 = 0x0800;
inline constexpr uint16_t ethertype_arp = 0x0806;
inline constexpr uint16_t ethertype_vlan = 0x8100;
inline constexpr uint16_t ethertype_qinq = 0x88a8;
/// Local Experimental EtherType 1 (IEEE 802): no stack answers it.
inline constexpr uint16_t ethertype_test = 0x88b5;
inline constexpr uint8_t protocol_icmp = 1;
inline constexpr uint8_t protocol_tcp = 6;
inline constexpr uint8_t protocol_udp = 17;
/// TCP's flags (RFC 9293).
inline constexpr uint8_t tcp_syn = 0x02;
inline constexpr uint8_t tcp_ack = 0x10;

struct Ethernet {
  MacAddress dst = {};
  MacAddress src = {};
  std::optional<uint16_t> type = {}; ///< else from what follows; ethertype_test before a payload
};

struct Vlan {
  uint16_t id = 0;      ///< 12 bits
  uint8_t priority = 0; ///< 3 bits
  bool drop_eligible = false;
  uint16_t tpid = ethertype_vlan;
  std::optional<uint16_t> type = {}; ///< of what is inside the tag
};

struct Arp {
  uint16_t operation = 1; ///< 1 request, 2 reply
  MacAddress sender_mac = {};
  Ipv4Address sender_ip = {};
  MacAddress target_mac = {};
  Ipv4Address target_ip = {};
  uint16_t hardware_type = 1;
  uint16_t protocol_type = ethertype_ipv4;
  uint8_t hardware_size = 6;
  uint8_t protocol_size = 4;
};

struct Ipv4 {
  Ipv4Address src = {};
  Ipv4Address dst = {};
  uint8_t ttl = 64;
  uint8_t tos = 0;
  uint16_t id = 0;
  bool dont_fragment = true;
  bool more_fragments = false;
  uint16_t fragment_offset = 0; ///< in units of 8 bytes
  uint8_t version = 4;
  uint8_t header_words = 5;                  ///< what the header claims; it always has 20 bytes
  std::optional<uint16_t> total_length = {}; ///< in bytes
  std::optional<uint8_t> protocol = {};
  std::optional<uint16_t> checksum = {};
};

struct IcmpEcho {
  uint8_t type = 8; ///< 8 request, 0 reply
  uint8_t code = 0;
  uint16_t id = 0;
  uint16_t sequence = 0;
  std::optional<uint16_t> checksum = {};
};

struct Udp {
  uint16_t src_port = 0;
  uint16_t dst_port = 0;
  std::optional<uint16_t> length = {};
  std::optional<uint16_t> checksum = {}; ///< 0 means "none"
};

struct Tcp {
  uint16_t src_port = 0;
  uint16_t dst_port = 0;
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint8_t flags = tcp_ack;
  uint16_t window = 0xffff;
  std::vector<uint8_t> options = {}; ///< whole words of 4 bytes, at most 10
  std::optional<uint16_t> checksum = {};
};

struct Payload {
  std::vector<uint8_t> bytes = {};
};

/// `size` bytes that follow from `seed`: the same on every machine, different for every seed, and
/// without short periods, so that a byte lost, doubled or moved shows.
Payload pattern(uint64_t seed, size_t size);

using Layer = std::variant<Ethernet, Vlan, Arp, Ipv4, IcmpEcho, Udp, Tcp, Payload>;

/// Puts layers together. Adds no padding: see padded().
Frame build(const std::vector<Layer> &layers);

template <typename... Layers>
Frame build(const Layers &...layers)
  requires(sizeof...(layers) > 0 && (std::is_constructible_v<Layer, Layers> && ...))
{
  return build(std::vector<Layer>{ Layer(layers)... });
}

/// The frame with zeros added up to `size`; a longer one is left alone.
Frame padded(Frame frame, size_t size = min_frame_size);

/// Every frame padded: what a NIC that pads would have sent. virtio_net does not.
std::vector<Frame> padded(std::vector<Frame> frames);

/// The frame with its Ethernet addresses swapped, as a program returning XDP_TX sends it back.
Frame swapped(Frame frame);

/// A frame of `size` bytes in all from the harness to the guest, of ethertype_test, its payload
/// made from `seed`. The stack of the guest drops such frames. `size` must be 14 or more.
Frame test_frame(const NicAddress &nic, uint64_t seed, size_t size = min_frame_size);

/// A UDP datagram from the harness to the guest.
Frame udp_frame(const NicAddress &nic, uint16_t src_port, uint16_t dst_port,
                const Payload &payload);

/// An ARP request from the harness for the guest's address, and the answer that is due, both 60
/// bytes.
Frame arp_request(const NicAddress &nic);
Frame arp_reply(const NicAddress &nic);

/// An ICMP echo request from the harness to the guest.
Frame echo_request(const NicAddress &nic, uint16_t id, uint16_t sequence, const Payload &payload);

/// The Internet checksum (RFC 1071) over a whole header; 0 when a checksum inside it is right.
uint16_t internet_checksum(std::span<const uint8_t> bytes, uint32_t initial = 0);

/// The same over a UDP or TCP segment and the pseudo header before it (RFC 768, RFC 9293).
uint16_t transport_checksum(const Ipv4 &ip, uint8_t protocol, std::span<const uint8_t> segment);

} // namespace verdict
