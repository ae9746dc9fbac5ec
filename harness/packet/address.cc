// SPDX-License-Identifier: GPL-2.0-only
#include "packet/address.h"

#include <fmt/format.h>

namespace verdict {

std::string MacAddress::text() const
{
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2],
                     bytes[3], bytes[4], bytes[5]);
}

std::string Ipv4Address::text() const
{
  return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

NicAddress NicAddress::of(unsigned index)
{
  const auto i = static_cast<uint8_t>(index);
  return {
    .guest_mac = { { 0x52, 0x54, 0, 0, 0, i } },
    .guest_ip = { { 10, 0, i, 1 } },
    .host_mac = { { 0x02, 0, 0, 0, 0, i } },
    .host_ip = { { 10, 0, i, 2 } },
  };
}

std::ostream &operator<<(std::ostream &stream, const MacAddress &address)
{
  return stream << address.text();
}

std::ostream &operator<<(std::ostream &stream, const Ipv4Address &address)
{
  return stream << address.text();
}

} // namespace verdict
