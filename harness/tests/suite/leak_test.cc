// SPDX-License-Identifier: GPL-2.0-only
// kmemleak finds no memory that the driver has lost. On kernels that have kmemleak. Every test's
// look at what is mapped for DMA (XdpTest::TearDown) is proved here.
#include "lab/dma_mappings.h"
#include "lab/kmemleak.h"
#include "lab/modules.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Leaks : public XdpTest {
protected:
  void SetUp() override
  {
    XdpTest::SetUp();
    if (HasFatalFailure())
      return;
    REQUIRE_KERNEL(find_leaks);
    ASSERT_TRUE(has_kmemleak(agent()));
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
  for (unsigned mtu : { 1500u, column().limits().jumbo_mtu.value() }) {
    ASSERT_OK(set_mtu(mtu));
    for (uint32_t action : { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX })
      ASSERT_NO_FATAL_FAILURE(traffic({ .action = action }));
  }
  const Limits &limits = column().limits();
  for (const unsigned length :
       { limits.least_ring.value(), limits.most_ring.value(), limits.rx_ring })
    ASSERT_OK(agent().rings(ifname(), length, length));
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
  const auto &modules = column().nics.front().modules;
  for (auto module = modules.rbegin(); module != modules.rend(); ++module)
    ASSERT_OK(unload_module(agent(), *module));
  ASSERT_OK(agent().bpf_unload("main"));
  expect_no_leaks();
  ASSERT_OK(load_module(agent(), modules.front()));
  ASSERT_OK(choose_mutant());
  for (size_t i = 1; i < modules.size(); i++)
    ASSERT_OK(load_module(agent(), modules[i]));
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
  REQUIRE_KERNEL(list_dma);
  ASSERT_TRUE(lists_dma_mappings(agent()));
  ASSERT_OK_AND_ASSIGN(const auto mapped, dma_mappings(agent(), column().nics.front().driver));
  const auto ring = rx_ring(0);
  ASSERT_OK(ring);
  EXPECT_GE(mapped.size(), ring->owned) << "its Rx ring is full of pages";
}

VERDICT_ON_NICS_OF(life, Leaks);

} // namespace verdict
