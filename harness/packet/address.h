// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

namespace verdict {

/// An Ethernet address.
struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  std::string text() const; ///< "52:54:00:00:00:01"
  auto operator<=>(const MacAddress &) const = default;
};

inline constexpr MacAddress broadcast_mac{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/// An IPv4 address.
struct Ipv4Address {
  std::array<uint8_t, 4> bytes{};

  std::string text() const; ///< "10.0.0.1"
  auto operator<=>(const Ipv4Address &) const = default;
};

/// Both ends of one NIC's cable. The network is a /24; there is nothing else on it.
struct NicAddress {
  MacAddress guest_mac; ///< 52:54:00:00:00:0i
  Ipv4Address guest_ip; ///< 10.0.i.1
  MacAddress host_mac;  ///< 02:00:00:00:00:0i
  Ipv4Address host_ip;  ///< 10.0.i.2

  /// The addresses of NIC `index`, from 0.
  static NicAddress of(unsigned index);
};

std::ostream &operator<<(std::ostream &, const MacAddress &);
std::ostream &operator<<(std::ostream &, const Ipv4Address &);

} // namespace verdict
