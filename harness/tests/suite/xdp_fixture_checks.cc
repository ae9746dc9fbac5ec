// SPDX-License-Identifier: GPL-2.0-only
// What must hold after every test with XDP programs.
#include "lab/dma_mappings.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

/// When nothing is to be done, the device owns all descriptors but those that the driver keeps.
void XdpTest::check_rx_rings()
{
  for (size_t i = 0; i < machine().nic_count(); i++) {
    const Nic &nic = column().nics[i];
    ASSERT_OK_AND_ASSIGN(const auto device, agent().netdev(ifname(i)));
    const bool up = device.value("flags", 0u) & 1;
    if (!nic.ring_reader || !up)
      continue;
    ASSERT_OK_AND_ASSIGN(const RxRing ring, rx_ring(i));
    EXPECT_EQ(ring.owned, ring.count - nic.limits.spare_descriptors.value())
        << "the Rx ring of " << ifname(i) << " has lost buffers";
  }
}

/// Each frame that a program saw is in exactly one of the driver's counters.
void XdpTest::check_accounting()
{
  if (!column().native() || !accountable_)
    return;
  std::map<size_t, uint64_t> seen;
  for (const auto &[name, nic] : attached_)
    seen[nic] += counter(VERDICT_FRAMES, name) + counter(VERDICT_SENTINELS, name);
  for (const auto &[nic, frames] : seen) {
    const auto &names = column().nics[nic].program_counters;
    if (names.empty())
      continue;
    ASSERT_OK_AND_ASSIGN(const auto stats, agent().ethtool_stats(ifname(nic)));
    uint64_t counted = 0;
    for (const std::string &name : names) {
      ASSERT_TRUE(stats.contains(name)) << "ethtool -S has no " << name;
      counted += stats.at(name);
    }
    EXPECT_EQ(counted, frames) << "the counters of " << ifname(nic)
                               << " do not account for every frame that a program saw";
  }
}

bool XdpTest::is_kept(const guest::PagePool &pool) const
{
  for (size_t i = 0; i < column().nics.size(); i++) {
    if (pool.ifindex == ifindex(i) && !pool.detach_time)
      return !column().nics[i].can(Can::free_pool);
  }
  return false;
}

Result<bool> XdpTest::pools_are_gone()
{
  const auto pools = TRY(agent().page_pools());
  return std::all_of(pools.begin(), pools.end(),
                     [this](const guest::PagePool &pool) { return is_kept(pool); });
}

void XdpTest::check_page_pools()
{
  for (int socket : sockets_)
    EXPECT_OK(agent().sock_close(socket));
  for (size_t i = 0; i < machine().nic_count(); i++)
    ASSERT_OK(agent().link(ifname(i), false));
  ASSERT_OK_AND_ASSIGN(const auto pools, agent().page_pools());
  uint64_t inflight = 0;
  for (const auto &pool : pools) {
    if (is_kept(pool))
      continue;
    ADD_FAILURE() << "page pool " << pool.id << " still waits for " << pool.inflight
                  << " pages though every interface is down";
    inflight += pool.inflight;
  }
  if (has_figures())
    figure("pages in flight at the end", inflight);
}

/// What a closed device still has mapped was never unmapped.
void XdpTest::check_dma_mappings()
{
  if (!lists_dma_mappings(agent()))
    return;
  const std::string &driver = column().nics.front().driver;
  ASSERT_OK_AND_ASSIGN(const auto left, dma_mappings(agent(), driver));
  EXPECT_TRUE(left.empty()) << "mapped for DMA though every interface is down; one of them:\n"
                            << left.front();
}

void XdpTest::TearDown()
{
  // A guest that does not run any more is NicTest's to report.
  if (!HasFatalFailure() && !agent().silent() && agent().ping()) {
    check_rx_rings();
    check_accounting();
    check_page_pools();
    check_dma_mappings();
  }
  NicTest::TearDown();
}

} // namespace verdict
