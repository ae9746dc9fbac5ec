// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packet/builder.h"

namespace verdict {

/// Where a named field of a frame is.
struct Field {
  size_t offset;
  size_t size;
  std::string name; ///< "IPv4 ttl"
};

/// What is in a frame. Headers hold what the wire says, right or wrong; a header that is cut short
/// is not there. Padding behind the length that IP claims is no payload.
struct Dissection {
  std::optional<Ethernet> ethernet;
  std::vector<Vlan> vlans; ///< outermost first
  std::optional<Arp> arp;
  std::optional<Ipv4> ipv4;
  std::optional<IcmpEcho> icmp_echo;
  std::optional<Udp> udp;
  std::optional<Tcp> tcp;
  Payload payload;              ///< what follows the last header
  std::vector<Field> fields;    ///< in order, without gaps
  std::vector<std::string> ill; ///< what is wrong with it: "bad IPv4 checksum"

  /// The name of the field at an offset; "beyond the end" after the last.
  std::string field_at(size_t offset) const;
};

Dissection dissect(const Frame &frame);

/// One line for people:
/// "02:00:00:00:00:00 > 52:54:00:00:00:00 IPv4 10.0.0.2 > 10.0.0.1 UDP 1 > 2 payload 4, 60 bytes".
std::string summary(const Frame &frame);

} // namespace verdict
