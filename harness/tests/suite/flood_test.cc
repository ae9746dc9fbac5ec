// SPDX-License-Identifier: GPL-2.0-only
// 20,000 frames as fast as the guest takes them: none is lost, whatever becomes of them.
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Flood : public XdpTest {
protected:
  static constexpr size_t count = 20000;

  std::vector<Frame> frames() { return test_frames(nic(), count, 60); }
};

TEST_P(Flood, OfDrops)
{
  ASSERT_OK(attach({ .action = XDP_DROP }));
  ASSERT_OK_AND_ASSIGN(auto back, exchange(frames()));
  EXPECT_THAT(back, HasNoFrames());
  EXPECT_EQ(counter(VERDICT_DROPPED), count);
}

TEST_P(Flood, OfTransmits)
{
  REQUIRE(transmit_all);
  REQUIRE(wait_for_room);
  ASSERT_OK(attach({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS }));
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames(), count));
  EXPECT_THAT(back, AreFrames(swapped(frames())));
}

TEST_P(Flood, OfPasses)
{
  ASSERT_OK(attach({ .action = XDP_PASS }, { "meta_to_mark" }));
  ASSERT_OK(agent().tc_attach(ifname(), { "main", "meta_to_mark" }));
  const uint64_t before = counter(VERDICT_TC_FRAMES), sentinels = counter(VERDICT_SENTINELS);
  ASSERT_OK_AND_ASSIGN(auto back, exchange(frames()));
  EXPECT_THAT(back, HasNoFrames());
  EXPECT_EQ(counter(VERDICT_PASSED), count);
  const uint64_t since = counter(VERDICT_SENTINELS) - sentinels;
  EXPECT_EQ(counter(VERDICT_TC_FRAMES) - before, count + since);
}

VERDICT_ON_NICS_OF(verdicts, Flood);

} // namespace verdict
