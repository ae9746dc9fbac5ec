// SPDX-License-Identifier: GPL-2.0-only
// kmemleak finds no memory that the driver has lost. On kernels that have kmemleak. Every test's
// look at what is mapped for DMA (XdpTest::TearDown) is proved here.
#include "lab/guest_setup.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Leaks : public XdpTest {
protected:
  void SetUp() override
  {
    XdpTest::SetUp();
    if (!HasFatalFailure() && !has_kmemleak(agent()))
      GTEST_SKIP() << "the guest's kernel has no kmemleak; make deep runs one that has";
  }

  /// Sends frames of all sizes through a program.
  void traffic(const verdict_config &config)
  {
    attaches_by_itself();
    ASSERT_OK(attach(config));
    ASSERT_OK(wire().exchange(test_frames(nic(), notable_sizes())));
    ASSERT_OK(agent().xdp_detach(ifname()));
    ASSERT_OK(agent().bpf_unload("main"));
  }
};

TEST_P(Leaks, NoneInALifeOfEveryVerdict)
{
  for (unsigned mtu : { 1500, 9000 }) {
    ASSERT_OK(set_mtu(mtu));
    for (uint32_t action : { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX })
      ASSERT_NO_FATAL_FAILURE(traffic({ .action = action }));
  }
  for (const char *length : { "80", "4096", "256" })
    ASSERT_OK(agent().run_ok({ "ethtool", "-G", ifname(), "rx", length, "tx", length }));
  ASSERT_OK(agent().link(ifname(), false));
  ASSERT_OK(bring_up(0));
  ASSERT_NO_FATAL_FAILURE(traffic({ .action = XDP_TX }));
  expect_no_leaks();
}

TEST_P(Leaks, NoneWhenADriverIsUnloadedWithAProgram)
{
  attaches_by_itself();
  ASSERT_OK(attach({ .action = XDP_TX }));
  ASSERT_OK(wire().exchange(test_frames(nic(), notable_sizes())));
  ASSERT_OK(agent().rmmod("e1000"));
  ASSERT_OK(agent().rmmod("xdp_ring"));
  ASSERT_OK(agent().bpf_unload("main"));
  expect_no_leaks();
  ASSERT_OK(agent().modprobe("xdp_ring"));
  ASSERT_OK(choose_mutant());
  ASSERT_OK(agent().modprobe("e1000"));
}

// That the two above can fail at all.
TEST_P(Leaks, AreNoticed)
{
  allow_in_log("kmemleak: \\d+ new suspected", "this is what the module is for");
  ASSERT_OK(agent().modprobe("kmemleak_test"));
  ASSERT_OK_AND_ASSIGN(const std::string found, find_leaks(agent()));
  EXPECT_THAT(found, testing::HasSubstr("kmemleak_test_init"));
}

TEST_P(Leaks, WouldBeSeenAmongDmaMappings)
{
  ASSERT_TRUE(lists_dma_mappings(agent()));
  ASSERT_OK_AND_ASSIGN(const auto mapped, dma_mappings(agent(), "e1000"));
  const auto ring = rx_ring(0);
  ASSERT_OK(ring);
  EXPECT_GE(mapped.size(), ring->owned) << "its Rx ring is full of pages";
}

VERDICT_ON_PATCHED_NICS(Leaks);

} // namespace verdict
