// SPDX-License-Identifier: GPL-2.0-only
// Programs come and go under a stream of frames: the same on this project's driver, which only
// exchanges a pointer, and on drivers that pause or reset their rings for it.
#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

/// What the second program writes, and where: behind the Ethernet header.
constexpr uint32_t stamp_offset = 14;
constexpr uint8_t stamp = 0x5b;

constexpr milliseconds patience{ 10000 };

} // namespace

class AttachStorm : public XdpTest {
protected:
  /// Programs send frames back, so that the wire shows what they saw, in order. A driver
  /// that loses some of them drops them all; there counters have to do.
  uint32_t action() const { return column().can(Can::transmit_all) ? XDP_TX : XDP_DROP; }

  /// What came back is what the programs saw, in order, once.
  void expect_back(std::vector<Frame> back, std::vector<Frame> sent, size_t seen)
  {
    auto expected = swapped(std::move(sent));
    for (auto *frames : { &expected, &back }) {
      for (Frame &frame : *frames)
        frame[stamp_offset] = 0;
    }
    EXPECT_OK(find_gaps(expected, back));
    EXPECT_EQ(back.size(), seen);
  }

  /// Counts what the stack has got since the last time.
  void take_from_stack(int socket)
  {
    auto stack = agent().packet_count(socket);
    ASSERT_OK(stack);
    EXPECT_EQ(stack->dropped, 0u);
    in_stack_ += stack->count;
  }

  /// A program that is attached after the storm sees every frame, and once it is gone the stack
  /// gets them.
  void expect_alive()
  {
    const auto frames = test_frames(nic(), 50);
    ASSERT_OK(load({ .action = XDP_DROP }, "after"));
    ASSERT_OK(attach_loaded("after"));
    ASSERT_OK(wire().exchange(frames));
    EXPECT_EQ(counter(VERDICT_DROPPED, "after"), frames.size());
    ASSERT_OK(agent().xdp_detach(ifname()));
    ASSERT_OK_AND_ASSIGN(const int socket, sniff());
    expect_in_stack(frames, socket);
  }

  uint64_t in_stack_ = 0;
};

TEST_P(AttachStorm, LosesNothing)
{
  attaches_by_itself();
  ASSERT_OK(load({ .action = action(), .flags = VERDICT_SWAP_MACS }, "a"));
  ASSERT_OK(load({ .action = action(),
                   .flags = VERDICT_SWAP_MACS,
                   .rewrite_offset = stamp_offset,
                   .rewrite_len = 1,
                   .rewrite = { stamp } },
                 "b"));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto by_program = [&](const std::string &name) { return counter(VERDICT_FRAMES, name); };
  const uint64_t carrier_before = carrier_changes();

  // As often as asked for, and until each program has seen a frame. A driver that resets its rings
  // for it is slow at it, and loses what comes meanwhile.
  const bool resets = !column().can(Can::attach_without_loss);
  const unsigned batch = resets ? 10 : 100;
  const size_t wanted = batch * storm();
  size_t cycles = 0;
  const Deadline deadline(patience);
  Traffic traffic(wire());
  do {
    ASSERT_OK(agent().xdp_storm(ifname(), program("a"), program("b"), batch, milliseconds(60000)));
    cycles += batch;
    take_from_stack(socket); // it holds no more than 20,000
  } while (cycles < wanted || (!deadline.expired() && (!by_program("a") || !by_program("b"))));
  ASSERT_OK_AND_ASSIGN(const auto sent, traffic.stop());
  ASSERT_OK_AND_ASSIGN(const auto back, wire().until_sentinel());
  take_from_stack(socket);

  const uint64_t by_a = by_program("a"), by_b = by_program("b"), seen = by_a + by_b;
  EXPECT_GT(by_a, 0u);
  EXPECT_GT(by_b, 0u);
  EXPECT_LE(seen + in_stack_, sent.size());
  figure("cycles", cycles);
  figure("sent", sent.size());
  figure("seen by programs", seen);
  figure("in the stack", in_stack_);
  figure("lost", static_cast<int64_t>(sent.size()) - static_cast<int64_t>(seen + in_stack_));
  figure("link flaps", (carrier_changes() - carrier_before) / 2);
  expect_alive();
  if (!resets) {
    EXPECT_EQ(seen + in_stack_, sent.size());
    EXPECT_EQ(carrier_changes(), carrier_before);
  }
  if (column().can(Can::transmit_all))
    expect_back(back, sent, seen);
  else
    EXPECT_THAT(back, HasNoFrames());
}

VERDICT_ON_NICS_OF(attach_storm, AttachStorm);

} // namespace verdict
