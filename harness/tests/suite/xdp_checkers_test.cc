// SPDX-License-Identifier: GPL-2.0-only
// Whatever every test with XDP programs checks at its end does fail when it should.
#include <gtest/gtest-spi.h>

#include "lab/dma_mappings.h"
#include "nic/e1000_registers.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class XdpCheckers : public XdpTest {};

// A device that has taken a buffer, and tells nobody.
TEST_P(XdpCheckers, ARingWithFewerBuffersIsNoticed)
{
  check_rx_rings();
  ASSERT_FALSE(HasFailure());
  ASSERT_OK_AND_ASSIGN(HostileNic device, hostile_nic(0));
  const uint64_t head = device.register_address(e1000::rdh);
  ASSERT_OK_AND_ASSIGN(const uint32_t before, device.qtest().readl(head));
  ASSERT_OK(device.qtest().writel(head, (before + 1) % column().limits().rx_ring));
  EXPECT_NONFATAL_FAILURE(check_rx_rings(), "has lost buffers");
  ASSERT_OK(device.qtest().writel(head, before));
}

// A program whose frames the check does not know of is one that the driver counted too much.
TEST_P(XdpCheckers, AFrameThatIsCountedTwiceIsNoticed)
{
  ASSERT_OK(attach({ .action = XDP_DROP }));
  ASSERT_OK(wire().exchange(test_frames(nic(), 10)));
  check_accounting();
  ASSERT_FALSE(HasFailure());
  const guest::Program other{ "other", "drop_all" };
  ASSERT_OK(agent().bpf_load("trivial.bpf.o", other.name, { other.program }));
  ASSERT_OK(agent().xdp_attach(ifname(), other));
  const uint64_t dropped = statistic(Counter::drop);
  ASSERT_OK(wire().inject(test_frame(nic(), 1)));
  ASSERT_OK(until("the driver counts it", [&] { return statistic(Counter::drop) > dropped; }));
  EXPECT_NONFATAL_FAILURE(check_accounting(), "do not account for every frame");
  attaches_by_itself();
}

// A socket that keeps a frame keeps its page, too.
TEST_P(XdpCheckers, APageThatIsNotGivenBackIsNoticed)
{
  ASSERT_OK_AND_ASSIGN(const int socket, agent().packet_open(ifname(), ethertype_test));
  ASSERT_OK(wire().exchange(test_frame(nic(), 1, 1000)));
  EXPECT_NONFATAL_FAILURE(check_page_pools(), "still waits for 1 pages");
  ASSERT_OK(agent().sock_close(socket));
  // The kernel looks again after a second (DEFER_TIME in net/core/page_pool.c).
  ASSERT_OK(until("the pool is gone", [&] { return pools_are_gone(); }));
}

TEST_P(XdpCheckers, APageThatIsStillMappedIsNoticed)
{
  REQUIRE_KERNEL(list_dma);
  ASSERT_TRUE(lists_dma_mappings(agent()));
  EXPECT_NONFATAL_FAILURE(check_dma_mappings(), "mapped for DMA though");
}

VERDICT_ON_NICS_OF(checkers, XdpCheckers);

} // namespace verdict
