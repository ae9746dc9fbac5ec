// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs at one device: two NICs, polled by a CPU each, redirect into a third, which has a
// life of its own meanwhile.
#include <fmt/format.h>

#include "base/text.h"
#include "lab/link.h"
#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Smp : public XdpTest {
protected:
  static constexpr size_t sources[] = { 0, 2 };
  static constexpr size_t target = 1;

  /// NIC 0 and NIC 2 redirect to NIC 1, whose Tx ring holds what both bring.
  Result<void> start()
  {
    TRY(set_rings(column().limits().rx_ring, column().limits().most_ring.value(), target));
    TRY(pin(0, 0));
    TRY(pin(2, 1));
    for (const size_t source : sources) {
      const std::string name = "from" + std::to_string(source);
      const verdict_config config{ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(target) };
      TRY(load(config, name));
      TRY(attach_loaded(name, source));
    }
    return {};
  }

  /// Has a NIC's interrupts, and with them its polls, on one CPU.
  Result<void> pin(size_t nic, unsigned cpu)
  {
    auto interrupts = TRY(agent().read("/proc/interrupts"));
    for (const std::string &line : split_lines(interrupts)) {
      if (line.ends_with(" " + ifname(nic)))
        return agent().write(fmt::format("/proc/irq/{}/smp_affinity", std::atoi(line.c_str())),
                             fmt::format("{:x}", 1u << cpu));
    }
    return fail(ifname(nic) + " has no interrupt of its own:\n" + interrupts);
  }

  uint64_t seen() { return counter(VERDICT_FRAMES, "from0") + counter(VERDICT_FRAMES, "from2"); }

  /// Streams from both into the third while `change` happens. What is missing of either stream is
  /// in so many runs at most.
  template <typename Change>
  void stream(Change change, size_t most_gaps)
  {
    Traffic first(wire(0)), second(wire(2));
    constexpr size_t enough = 2000;
    ASSERT_OK(until_seen(500));
    ASSERT_OK(change());
    ASSERT_OK(until_seen(seen() + enough));
    ASSERT_OK_AND_ASSIGN(auto sent0, first.stop());
    ASSERT_OK_AND_ASSIGN(auto sent2, second.stop());
    for (const size_t source : sources) {
      ASSERT_OK_AND_ASSIGN(auto back, wire(source).until_sentinel());
      EXPECT_THAT(back, HasNoFrames());
    }
    ASSERT_OK(until_link(agent(), ifname(target)));
    ASSERT_OK_AND_ASSIGN(auto out, wire(target).until_sentinel());

    std::vector<Frame> out0, out2;
    for (Frame &frame : out) {
      const bool is_first = std::equal(frame.bytes.begin() + 6, frame.bytes.begin() + 12,
                                       nic(0).host_mac.bytes.begin());
      (is_first ? out0 : out2).push_back(std::move(frame));
    }
    ASSERT_OK_AND_ASSIGN(const auto gaps0, find_gaps(sent0, out0));
    ASSERT_OK_AND_ASSIGN(const auto gaps2, find_gaps(sent2, out2));
    EXPECT_LE(gaps0.size(), most_gaps) << testing::PrintToString(gaps0);
    EXPECT_LE(gaps2.size(), most_gaps) << testing::PrintToString(gaps2);

    const size_t sent = sent0.size() + sent2.size();
    EXPECT_EQ(seen(), sent);
    const uint64_t transmitted = statistic(Counter::xmit, target),
                   errors = statistic(Counter::xmit_errors, target);
    EXPECT_LE(transmitted + errors, sent);
    if (!most_gaps) {
      EXPECT_EQ(transmitted, sent);
    }
    figure("sent", sent);
    figure("lost", missing(gaps0) + missing(gaps2));
    figure("refused", errors);
  }

  Result<void> until_seen(uint64_t count)
  {
    return until("the streams go on", [&] { return seen() >= count; });
  }
};

TEST_P(Smp, TwoRedirectIntoOne)
{
  ASSERT_OK(start());
  stream([]() -> Result<void> { return {}; }, 0);
}

TEST_P(Smp, TheTargetIsResetMeanwhile)
{
  ASSERT_OK(start());
  constexpr size_t resets = 3;
  stream(
      [&]() -> Result<void> {
        for (size_t i = 0; i < resets; i++) {
          TRY(agent().run_ok({ "ethtool", "-r", ifname(target) }));
          TRY(until_seen(seen() + 100));
        }
        return {};
      },
      resets);
}

TEST_P(Smp, TheTargetGoesDownMeanwhile)
{
  ASSERT_OK(start());
  constexpr size_t times = 3;
  stream(
      [&]() -> Result<void> {
        for (size_t i = 0; i < times; i++) {
          TRY(agent().link(ifname(target), false));
          TRY(until_seen(seen() + 100));
          TRY(bring_up(target));
          TRY(until_seen(seen() + 100));
        }
        return {};
      },
      times);
}

VERDICT_ON_NICS_OF(smp, Smp);

} // namespace verdict
