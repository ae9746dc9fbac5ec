// SPDX-License-Identifier: GPL-2.0-only
// XDP_DROP, XDP_ABORTED and verdicts that do not exist: nothing on the wire, nothing in the stack,
// everything counted.
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Drop : public XdpTest {
protected:
  /// Injects frames and proves that neither wire nor stack sees any of them.
  void expect_dropped(const std::vector<Frame> &frames)
  {
    ASSERT_OK_AND_ASSIGN(const int socket, sniff());
    ASSERT_OK_AND_ASSIGN(auto answers, exchange(frames));
    EXPECT_THAT(answers, HasNoFrames());
    ASSERT_OK_AND_ASSIGN(auto in_stack, sniffed(socket, 0));
    EXPECT_THAT(in_stack, HasNoFrames());
    EXPECT_EQ(counter(VERDICT_FRAMES), frames.size());
  }

  /// xdp_exception fired once per frame, on this interface, with this action, and not otherwise.
  void expect_exceptions(size_t frames, uint32_t action)
  {
    size_t found = 0;
    for (const auto &[key, value] : traces()) {
      if (key.event != VERDICT_EXCEPTION)
        continue;
      found++;
      EXPECT_EQ(key.ifindex, ifindex());
      EXPECT_EQ(key.action, action);
      EXPECT_EQ(value.count, frames);
    }
    EXPECT_EQ(found, 1u);
  }
};

TEST_P(Drop, NothingComesThrough)
{
  ASSERT_OK(attach({ .action = XDP_DROP }));
  expect_dropped(test_frames(nic(), notable_sizes()));
  EXPECT_EQ(counter(VERDICT_DROPPED), notable_sizes().size());
  expect_counter(Counter::drop, notable_sizes().size());
}

TEST_P(Drop, NothingOfJumboFramesComesThrough)
{
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach({ .action = XDP_DROP }));
  expect_dropped(test_frames(nic(), jumbo_sizes()));
  expect_counter(Counter::drop, jumbo_sizes().size());
}

TEST_P(Drop, TenRingLengthsLoseNoBuffer)
{
  const size_t ring = column().limits().rx_ring;
  ASSERT_OK(attach({ .action = XDP_DROP }));
  expect_dropped(test_frames(nic(), 10 * ring, 200));
  expect_counter(Counter::drop, 10 * ring);

  ASSERT_OK(configure({ .action = XDP_PASS }));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto after = test_frames(nic(), 20, 300);
  expect_in_stack(after, socket);
}

TEST_P(Drop, AbortedDropsAndFiresTheTracepoint)
{
  ASSERT_OK(load_traced({ .action = XDP_ABORTED }, { "on_exception" }));
  ASSERT_OK(attach_loaded());
  const auto frames = test_frames(nic(), 100);
  expect_dropped(frames);
  expect_exceptions(frames.size(), XDP_ABORTED);
  expect_counter(Counter::aborted, frames.size());
}

TEST_P(Drop, UnknownVerdictDropsFiresTheTracepointAndWarns)
{
  constexpr uint32_t unknown = 42;
  allow_in_log("XDP return value 42", "the core warns as it should");
  ASSERT_OK(load_traced({ .action = unknown }, { "on_exception" }));
  ASSERT_OK(attach_loaded());
  const auto frames = test_frames(nic(), 100);
  expect_dropped(frames);
  expect_exceptions(frames.size(), unknown);
  EXPECT_EQ(counter(VERDICT_UNKNOWN), frames.size());
  EXPECT_THAT(serial_log(), testing::HasSubstr("XDP return value 42"));
  expect_counter(Counter::aborted, frames.size());
}

TEST_P(Drop, FrameAboveTheMtuNeverMeetsAProgramThatSeesOnlyPartOfIt)
{
  REQUIRE(drop_oversized);
  // Long packets are enabled, so the device takes more than the MTU; a program without frags would
  // judge one buffer of it and let the rest pass unseen.
  const size_t most = column().limits().rx_buffer.value();
  ASSERT_OK(load({ .action = XDP_PASS }));
  ASSERT_OK(set_mtu(1600));
  ASSERT_OK(agent().xdp_attach(ifname(), { "main", "verdict" }));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto fits = test_frames(nic(), std::vector<size_t>{ 60, 1614, most });
  const auto too_long = test_frames(nic(), std::vector<size_t>{ most + 1, 3000, 9014 });
  expect_in_stack(fits, socket);
  expect_in_stack(too_long, socket, {});
  EXPECT_EQ(counter(VERDICT_FRAMES), fits.size());
  expect_counter(Counter::oversize, too_long.size());
  EXPECT_EQ(link_statistic("rx_dropped"), too_long.size());
}

TEST_P(Drop, OtherVerdictsFireNoException)
{
  ASSERT_OK(load_traced({ .action = XDP_DROP }, { "on_exception" }));
  ASSERT_OK(attach_loaded());
  for (uint32_t action : { XDP_DROP, XDP_PASS, XDP_TX }) {
    ASSERT_OK(configure({ .action = action }));
    ASSERT_OK(wire().exchange(test_frames(nic(), 10)));
  }
  EXPECT_THAT(traces(), testing::IsEmpty());
}

VERDICT_ON_NICS_OF(verdicts, Drop);

} // namespace verdict
