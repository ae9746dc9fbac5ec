// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/life_fixture.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "lab/link.h"

namespace verdict {

Result<void> LifeTest::attach_bounce()
{
  return attach(bounce).map([&] { loaded_ = true; });
}

Result<void> LifeTest::attach_bounce_of_frags()
{
  TRY(load_frags(bounce));
  return attach_loaded().map([&] { loaded_ = true; });
}

Result<void> LifeTest::watch_stack()
{
  return sniff().map([&](int socket) { socket_ = socket; });
}

uint64_t LifeTest::handled()
{
  if (socket_) {
    auto stack = agent().packet_count(*socket_);
    EXPECT_OK(stack);
    if (stack) {
      EXPECT_EQ(stack->dropped, 0u);
      in_stack_ += stack->count;
    }
  }
  return in_stack_ + (loaded_ ? counter(VERDICT_FRAMES) : 0);
}

Result<void> LifeTest::until_handled(uint64_t than)
{
  return until("frames of the stream are handled", [&] { return handled() > than; });
}

nlohmann::json LifeTest::device(size_t nic)
{
  auto device = agent().netdev(ifname(nic));
  EXPECT_OK(device);
  return device.value_or(nlohmann::json::object());
}

std::string LifeTest::link(size_t nic)
{
  auto shown = agent().run_ok({ "ethtool", ifname(nic) });
  EXPECT_OK(shown);
  const auto now = device(nic);
  std::string text =
      fmt::format("operstate {}, carrier {}, flags {}\n", now.value("operstate", "?"),
                  now.value("carrier", -1), now.value("flags", 0u));
  for (const std::string &line : split_lines(shown.value_or(""))) {
    if (line.find("MDI-X") == line.npos)
      text += line + "\n";
  }
  return text;
}

Result<void> LifeTest::ethtool(std::vector<std::string> arguments)
{
  arguments.insert(arguments.begin(), "ethtool");
  TRY(agent().run_ok(arguments));
  return {};
}

Result<void> LifeTest::down_and_up(size_t nic)
{
  TRY(agent().link(ifname(nic), false));
  return bring_up(nic);
}

LifeTest::Change LifeTest::feature(const std::string &name, const std::string &state)
{
  return [=, this] { return ethtool({ "-K", ifname(), name, state }); };
}

void LifeTest::stream_through(const std::vector<Change> &changes)
{
  figure("changes", changes.size());
  Traffic traffic(wire(), sizes_);
  ASSERT_OK(until_handled());
  for (const Change &change : changes) {
    const uint64_t handled_before = handled();
    ASSERT_OK(change());
    ASSERT_OK(until_link(agent(), ifname()));
    interruptions_.push_back({ handled_before, traffic.sent() + Traffic::burst });
    ASSERT_OK(until_handled(handled()));
  }
  ASSERT_OK_AND_ASSIGN(sent_, traffic.stop());
  ASSERT_OK(until_link(agent(), ifname()));
  ASSERT_OK_AND_ASSIGN(back_, wire().until_sentinel());
}

bool LifeTest::fits(const Gap &gap, size_t before, const Interruption &interruption) const
{
  return before + column().limits().tx_ring >= interruption.handled_before &&
         gap.first + gap.count <= interruption.sent_after;
}

void LifeTest::expect_nothing_lost()
{
  const uint64_t ended = handled();
  figure("sent", sent_.size());
  figure("back", back_.size());
  figure("in the stack", in_stack_);
  figure("lost", static_cast<int64_t>(sent_.size()) - static_cast<int64_t>(ended));
  EXPECT_EQ(ended, sent_.size());
  if (loaded_) {
    EXPECT_THAT(back_, AreFrames(swapped(sent_)));
  } else {
    EXPECT_THAT(back_, HasNoFrames());
  }
}

void LifeTest::expect_lost_only_in_changes()
{
  ASSERT_OK_AND_ASSIGN(const auto gaps, find_gaps(swapped(sent_), back_));
  EXPECT_LE(gaps.size(), interruptions_.size()) << testing::PrintToString(gaps);
  const uint64_t seen = counter(VERDICT_FRAMES), errors = statistic(Counter::tx_errors);
  size_t lost = 0;
  for (const Gap &gap : gaps) {
    // What the driver refused to send had been handled.
    const size_t unseen = lost - std::min<size_t>(lost, errors);
    EXPECT_TRUE(
        std::any_of(interruptions_.begin(), interruptions_.end(),
                    [&](const Interruption &i) { return fits(gap, gap.first - unseen, i); }))
        << "lost before or after the device was down: " << testing::PrintToString(gap);
    lost += gap.count;
  }
  EXPECT_LE(seen, sent_.size());
  EXPECT_LE(back_.size() + errors, seen);
  report(gaps, errors);
}

void LifeTest::report(const std::vector<Gap> &gaps, uint64_t errors)
{
  figure("sent", sent_.size());
  figure("back", back_.size());
  figure("lost while down", static_cast<int64_t>(missing(gaps)) - static_cast<int64_t>(errors));
  figure("refused by the driver", errors);
}

void LifeTest::expect_alive()
{
  if (loaded_) {
    const auto frames = test_frames(nic(), notable_sizes());
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(swapped(frames)));
    ASSERT_OK(agent().xdp_detach(ifname()));
  }
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto frames = test_frames(nic(), notable_sizes());
  expect_in_stack(frames, socket);
}

void LifeTest::expect_no_reset(const std::vector<Change> &changes)
{
  const std::string link_before = link();
  const auto carrier_changes = device()["carrier_changes"];
  stream_through(changes);
  if (HasFatalFailure())
    return;
  expect_nothing_lost();
  EXPECT_EQ(device()["carrier_changes"], carrier_changes);
  EXPECT_EQ(link(), link_before);
  expect_alive();
}

void LifeTest::expect_recovery(const std::vector<Change> &changes)
{
  const std::string link_before = link();
  stream_through(changes);
  if (HasFatalFailure())
    return;
  expect_lost_only_in_changes();
  EXPECT_EQ(link(), link_before);
  expect_alive();
}

} // namespace verdict
