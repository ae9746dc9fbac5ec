// SPDX-License-Identifier: GPL-2.0-only
// Machines on which a device does not see memory as the CPU does: every frame is copied (swiotlb),
// every address is translated and unmapped at once (an IOMMU in strict mode), or not all of memory
// is in the device's reach. A missing or too short sync shows as wrong bytes, a missing mapping as
// no frame at all.

#include <fmt/format.h>
#include <re2/re2.h>

#include "nic/hostile_nic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Memory : public XdpTest {
protected:
  static constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

  /// Frames come in at NIC `from` and go out at NIC `to`.
  void expect_redirected(const std::vector<Frame> &frames, size_t from, size_t to)
  {
    ASSERT_OK(wire(from).inject(frames));
    ASSERT_OK_AND_ASSIGN(auto out, wire(to).collect(frames.size()));
    EXPECT_THAT(out, AreFrames(frames));
    ASSERT_OK_AND_ASSIGN(auto back, wire(from).until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
  }

  Result<size_t> bounce_buffers(const std::string &what)
  {
    return std::stoul(TRY(agent().read("/sys/kernel/debug/swiotlb/io_tlb_" + what)));
  }

  /// Of 2 KiB each.
  Result<size_t> bounce_buffers_left()
  {
    return TRY(bounce_buffers("nslabs")) - TRY(bounce_buffers("used"));
  }

  /// Has the Rx ring of NIC 1 take what there is, but for so many at most.
  Result<void> leave_bounce_buffers(size_t most)
  {
    // A page takes two; its pool takes 64 pages at once.
    constexpr size_t at_once = 2 * 64;
    const size_t left = TRY(bounce_buffers_left()), rx = column().nics.at(1).limits.rx_ring;
    const size_t rounds = (left - std::min(left, most) + at_once - 1) / at_once;
    TRY(set_rings(static_cast<uint32_t>(rx + rounds * 64), column().nics.at(1).limits.tx_ring, 1));
    if (const size_t now = TRY(bounce_buffers_left()); now > most)
      return fail(fmt::format("{} bounce buffers are left, at most {} were wanted", now, most));
    return {};
  }

  void expect_in_stack(const std::vector<Frame> &frames)
  {
    ASSERT_OK_AND_ASSIGN(const int socket, sniff());
    XdpTest::expect_in_stack(frames, socket);
  }
};

TEST_P(Memory, IsWhatTheColumnSays)
{
  ASSERT_TRUE(column().machine.proof) << "the profile gives no proof";
  auto [file, pattern] = *column().machine.proof;
  constexpr std::string_view ifname_mark = "{ifname}";
  if (const size_t at = file.find(ifname_mark); at != file.npos)
    file.replace(at, ifname_mark.size(), ifname());
  ASSERT_OK_AND_ASSIGN(const std::string text, agent().read(file));
  EXPECT_TRUE(RE2::PartialMatch(text, pattern)) << file << ": " << text;
}

TEST_P(Memory, FramesComeBack)
{
  ASSERT_OK(attach(bounce));
  for (int round = 0; round < 10; round++) { // every buffer of the ring is used again
    const auto frames = test_frames(nic(), notable_sizes());
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
    ASSERT_THAT(back, AreFrames(swapped(frames)));
  }
}

TEST_P(Memory, JumboFramesComeBackAndPass)
{
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach(bounce));
  const auto frames = test_frames(nic(), jumbo_sizes());
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));
  ASSERT_OK(configure({ .action = XDP_PASS }));
  expect_in_stack(frames);
}

// What a program adds at either end was no part of the buffer that the device has written.
TEST_P(Memory, ChangedFramesComeBack)
{
  ASSERT_OK(load(bounce));
  ASSERT_OK(attach_loaded());
  for (const int head : { -128, -40, 0, 40, 200 }) {
    for (const int tail : { -400, 0, 800 }) {
      SCOPED_TRACE(testing::Message() << "head " << head << ", tail " << tail);
      ASSERT_OK(configure({ .action = XDP_TX,
                            .flags = VERDICT_SWAP_MACS,
                            .adjust_head = head,
                            .adjust_tail = tail }));
      const Frame frame = test_frame(nic(), static_cast<uint64_t>(head + tail), 700);
      ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frame));
      const Frame expected = swapped(with_tail_adjusted(with_head_adjusted(frame, head), tail));
      EXPECT_THAT(back, AreFrames({ expected }));
    }
  }
  // And dropped ones leave no trace in buffers that are used again.
  ASSERT_OK(configure({ .action = XDP_DROP, .adjust_tail = 800 }));
  ASSERT_OK(wire().exchange(test_frames(nic(), 600, 700)));
  ASSERT_OK(configure({ .action = XDP_PASS }));
  expect_in_stack(test_frames(nic(), notable_sizes()));
}

TEST_P(Memory, FramesPassToTheStack)
{
  ASSERT_OK(attach({ .action = XDP_PASS }));
  expect_in_stack(test_frames(nic(), 600, 300));
  ASSERT_OK(agent().xdp_detach(ifname()));
  expect_in_stack(test_frames(nic(), 600, 300));
}

TEST_P(Memory, RedirectsGoToTheSameDriverAndToAnother)
{
  for (const size_t target : { 1, 2 })
    ASSERT_OK(make_target(target));
  ASSERT_OK(load({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }));
  ASSERT_OK(attach_loaded());
  expect_redirected(test_frames(nic(), notable_sizes()), 0, 1);
  ASSERT_OK(configure({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(2) }));
  expect_redirected(test_frames(nic(), notable_sizes()), 0, 2);
}

// The pages are another driver's, wherever that has taken them from.
TEST_P(Memory, RedirectsComeFromAnotherDriver)
{
  ASSERT_OK(load({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(0) }));
  ASSERT_OK(attach_loaded("main", 2));
  for (int round = 0; round < 10; round++)
    expect_redirected(test_frames(nic(2), notable_sizes()), 2, 0);
  if (!column().can(Can::reach_all_memory)) {
    // 7.3 counts these only with swiotlb=track_hiwater, which the column has.
    ASSERT_OK_AND_ASSIGN(const size_t most, bounce_buffers("used_hiwater"));
    EXPECT_GT(most, 0u) << "no page was out of the device's reach";
  }
}

// All bounce buffers but a few are taken, most by a larger ring, the last ones by frames that are
// not sent yet. A frame of three buffers finds room for its first one only; at last there is none
// for any.
TEST_P(Memory, AFrameThatCannotBeMappedIsUndone)
{
  REQUIRE(run_out_of_mappings);
  constexpr size_t sent_at_most = 200, from = 2, at_a_time = 10;
  for (const size_t nic : { size_t{ 0 }, from })
    ASSERT_OK(set_jumbo_mtu(nic));
  ASSERT_OK(load_frags({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(0) }));
  ASSERT_OK(attach_loaded("main", from));
  ASSERT_OK(leave_bounce_buffers(sent_at_most));
  ASSERT_OK_AND_ASSIGN(const size_t idle, bounce_buffers_left());
  ASSERT_OK_AND_ASSIGN(HostileNic target, hostile_nic(0));
  ASSERT_OK(target.send(false));
  allow_in_log("swiotlb buffer is full", "it is");

  std::vector<Frame> posted;
  size_t refused = 0;
  const auto expect_refused = [&](size_t size, size_t left) {
    ASSERT_OK(wire(from).inject(test_frames(nic(from), at_a_time, size)));
    refused += at_a_time;
    ASSERT_OK(
        until("they are refused", [&] { return statistic(Counter::xmit_errors) == refused; }));
    ASSERT_OK_AND_ASSIGN(const size_t now, bounce_buffers_left());
    ASSERT_EQ(now, left) << "a part stays mapped";
  };
  // Parts above 2 KiB take two: of 9000 bytes each, of 4000 the first one.
  const std::vector<std::pair<size_t, size_t>> rounds{ { 3, 9000 }, { 1, 4000 }, { 0, 9000 } };
  for (const auto &[few, size] : rounds) {
    SCOPED_TRACE(few);
    ASSERT_GT(idle, posted.size() + few);
    const auto frames = test_frames(nic(from), idle - posted.size() - few, 200);
    ASSERT_OK(wire(from).inject(frames));
    posted.insert(posted.end(), frames.begin(), frames.end());
    ASSERT_OK(until("they are posted", [&] {
      return target.unsent().map([&](size_t count) { return count == posted.size(); });
    }));
    ASSERT_NO_FATAL_FAILURE(expect_refused(size, few));
  }
  expect_refused(200, 0);

  ASSERT_OK(target.send(true));
  ASSERT_OK_AND_ASSIGN(const auto out, wire(0).until_sentinel());
  EXPECT_THAT(out, AreFrames(posted));
  ASSERT_OK_AND_ASSIGN(const size_t at_last, bounce_buffers_left());
  EXPECT_EQ(at_last, idle);
}

VERDICT_ON_NICS_OF(memory, Memory);

} // namespace verdict
