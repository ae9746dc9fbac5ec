// SPDX-License-Identifier: GPL-2.0-only
#include "nic/rx_ring.h"

#include "nic/e1000_registers.h"

namespace verdict {

namespace {

Result<RxRing> read_e1000(guest::Agent &agent, const std::string &ifname)
{
  constexpr size_t rdlen = 3, rdh = 4, rdt = 5; // e1000_get_regs() in e1000_ethtool.c
  const auto regs = TRY(agent.ethtool_regs(ifname));
  if (regs.size() <= rdt || regs[rdlen] < e1000::descriptor_size)
    return fail(ifname + " has no Rx ring");
  const uint32_t count = regs[rdlen] / e1000::descriptor_size;
  return RxRing{ count, (regs[rdt] + count - regs[rdh]) % count };
}

} // namespace

Result<RxRing> read_rx_ring(guest::Agent &agent, const std::string &ifname, RingReader reader)
{
  switch (reader) {
  case RingReader::e1000:
    return read_e1000(agent, ifname);
  }
  return fail(ifname + ": no such reader of rings");
}

} // namespace verdict
