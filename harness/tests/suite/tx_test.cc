// SPDX-License-Identifier: GPL-2.0-only
// XDP_TX: the frame goes back out where it came from, as the program has left it.
#include <numeric>

#include "lab/napi.h"
#include "nic/e1000_registers.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

constexpr verdict_config tx{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

} // namespace

class Tx : public XdpTest {
protected:
  /// Every frame comes back by itself, before a sentinel's answer could ring the doorbell for it.
  void expect_back(const std::vector<Frame> &frames)
  {
    std::vector<Frame> back;
    for (const auto burst : bursts(frames)) {
      ASSERT_OK_AND_ASSIGN(auto some, wire().exchange_for(burst, burst.size()));
      back.insert(back.end(), some.begin(), some.end());
    }
    EXPECT_THAT(back, AreFrames(swapped(frames)));
    EXPECT_EQ(counter(VERDICT_TXED), frames.size());
  }

  /// Frames come back with their end moved by as much as the program moves it.
  void expect_tails_moved(const std::vector<int> &deltas)
  {
    ASSERT_OK(load(tx));
    ASSERT_OK(attach_loaded());
    for (int delta : deltas) {
      SCOPED_TRACE(testing::Message() << "adjust_tail " << delta);
      ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS, .adjust_tail = delta }));
      const Frame frame = test_frame(nic(), delta, 600);
      ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frame));
      ASSERT_THAT(back, AreFrames({ swapped(with_tail_adjusted(frame, delta)) }));
    }
    EXPECT_EQ(counter(VERDICT_TAIL_FAILED), 0u);
  }
};

TEST_P(Tx, EverySizeComesBack)
{
  std::vector<size_t> sizes(max_frame_size - min_frame_size + 1);
  std::iota(sizes.begin(), sizes.end(), min_frame_size);
  ASSERT_OK(attach(tx));
  expect_back(test_frames(nic(), sizes));
  expect_counter(Counter::tx, sizes.size());
}

TEST_P(Tx, JumboFramesComeBack)
{
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach(tx));
  // Short ones come in the places of long ones.
  auto sizes = jumbo_sizes();
  const auto shorter = notable_sizes();
  sizes.insert(sizes.end(), shorter.begin(), shorter.end());
  expect_back(test_frames(nic(), sizes));
  expect_counter(Counter::tx, sizes.size());
}

TEST_P(Tx, MovedHeadGoesOut)
{
  ASSERT_OK(load(tx));
  ASSERT_OK(attach_loaded());
  for (int delta : { 4, 40, 200, -4, -40, -128 }) {
    SCOPED_TRACE(testing::Message() << "adjust_head " << delta);
    ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS, .adjust_head = delta }));
    const Frame frame = test_frame(nic(), delta, 512);
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frame));
    ASSERT_THAT(back, AreFrames({ swapped(with_head_adjusted(frame, delta)) }));
  }
  EXPECT_EQ(counter(VERDICT_HEAD_FAILED), 0u);
}

TEST_P(Tx, CutTailGoesOut)
{
  expect_tails_moved({ -1, -400 });
}

TEST_P(Tx, GrownTailGoesOut)
{
  expect_tails_moved({ 1, 100, 800 });
}

TEST_P(Tx, AFrameCutShortIsPaddedWithZeros)
{
  REQUIRE(pad);
  constexpr int left = 20;
  ASSERT_OK(attach({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS, .adjust_tail = left - 600 }));
  const Frame frame = test_frame(nic(), 1, 600);
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frame));
  EXPECT_THAT(back, AreFrames({ padded(swapped(with_tail_adjusted(frame, left - 600))) }));
}

TEST_P(Tx, FrameLongerThanTheDeviceTakesIsDroppedAndCounted)
{
  REQUIRE(bound_length);
  const size_t longest = column().limits().longest_frame.value();
  ASSERT_OK(set_mtu(longest - 14));
  ASSERT_OK(load_traced(tx, { "on_exception" }));
  ASSERT_OK(attach_loaded());
  const auto frames = test_frames(nic(), std::vector<size_t>{ longest - 200 });
  for (int grown : { 200, 201 }) {
    SCOPED_TRACE(testing::Message() << "grown by " << grown);
    ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS, .adjust_head = -grown }));
    const bool fits = frames[0].size() + grown <= longest;
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, fits));
    if (fits)
      EXPECT_THAT(back, AreFrames({ swapped(with_head_adjusted(frames[0], -grown)) }));
    else
      EXPECT_THAT(back, HasNoFrames());
  }
  expect_counter(Counter::tx_errors, 1);
  const auto told = traces();
  ASSERT_THAT(told, testing::SizeIs(1));
  EXPECT_EQ(told[0].key.ifindex, ifindex());
  EXPECT_EQ(told[0].key.action, static_cast<uint32_t>(XDP_TX));
  EXPECT_EQ(told[0].value.count, 1u);
}

TEST_P(Tx, ThousandFramesComeBackInOrder)
{
  ASSERT_OK(attach(tx));
  expect_back(test_frames(nic(), 1000));
}

TEST_P(Tx, DoorbellsAreFarFewerThanFrames)
{
  REQUIRE(post_in_bulk);
  constexpr size_t count = 1000;
  ASSERT_OK(attach(tx));
  // The NIC is polled by a timer, so that the ring fills up between two polls however fast the
  // frames come.
  ASSERT_OK(poll_by_timer(agent(), ifname(), milliseconds(50)));
  ASSERT_OK_AND_ASSIGN(auto trace, RegisterTrace::start(machine(), 0));
  expect_back(test_frames(nic(), count));
  ASSERT_OK_AND_ASSIGN(auto writes, trace.stop());
  // The two sentinels' answers ring it as well.
  EXPECT_GT(writes[e1000::tdt], 2u);
  EXPECT_LT(writes[e1000::tdt], count / 20);
  figure("doorbells", writes[e1000::tdt]);
}

VERDICT_ON_NICS_OF(verdicts, Tx);

} // namespace verdict
