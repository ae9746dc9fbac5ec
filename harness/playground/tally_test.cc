// SPDX-License-Identifier: GPL-2.0-only
#include "playground/tally.h"

#include <gmock/gmock.h>

#include "packet/builder.h"

namespace verdict::playground {

namespace {

TEST(Tally, GrowthIsWhatHasChanged)
{
  EXPECT_EQ(growth({ { "a", 1 }, { "b", 2 } }, { { "a", 1 }, { "b", 5 } }), (Counts{ { "b", 3 } }));
}

TEST(Tally, CounterThatIsNewOrWasSetBackCountsFromNothing)
{
  EXPECT_EQ(growth({ { "back", 9 } }, { { "back", 2 }, { "new", 1 }, { "none", 0 } }),
            (Counts{ { "back", 2 }, { "new", 1 } }));
  EXPECT_EQ(growth({ { "back", 9 } }, { { "back", 0 } }), Counts{});
}

TEST(Tally, GrowthIsOneLine)
{
  EXPECT_EQ(describe_growth({ { "rx_packets", 2 }, { "rx_xdp_drop", 1 } }),
            "rx_packets +2, rx_xdp_drop +1");
}

TEST(Tally, OfManyFramesTheFirstAreShown)
{
  const Frame frame = arp_request(NicAddress::of(0));
  EXPECT_EQ(
      describe_frames({ frame }),
      "  02:00:00:00:00:00 > ff:ff:ff:ff:ff:ff ARP who has 10.0.0.1, tell 10.0.0.2, 60 bytes\n");
  const std::string many = describe_frames(std::vector<Frame>(12, frame));
  EXPECT_THAT(many, testing::EndsWith("\n  and 2 more\n"));
  EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 11);
}

} // namespace

} // namespace verdict::playground
