// SPDX-License-Identifier: GPL-2.0-only
// XDP_REDIRECT: to another interface of the same driver and of another one, by each kind of map,
// and to where it cannot go.
#include <span>

#include "base/bytes.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Redirect : public XdpTest {
protected:
  Result<void> set_map(const std::string &map, uint32_t key, uint32_t value)
  {
    return agent().map_update("main", map, bytes_of(key), bytes_of(value));
  }

  /// Loads the program and attaches it to NIC `from`; `targets` are ready to transmit.
  Result<void> start(const verdict_config &config, const std::vector<size_t> &targets,
                     size_t from = 0, const std::vector<std::string> &tracing = {})
  {
    for (size_t target : targets) {
      if (target == from)
        continue;
      TRY(make_target(target));
    }
    TRY(load_traced(config, tracing));
    return attach_loaded("main", from);
  }

  /// XDP may hold half of a Tx ring of 256, which is freed by an interrupt. QEMU's e1000 delays
  /// that where it cannot be told not to.
  size_t most_at_once(size_t to)
  {
    const NicConfig &device = machine().config().nics.at(to);
    const bool delays = device.model.starts_with("e1000") &&
                        device.options.find("mitigation=off") == std::string::npos;
    return delays ? 100 : SIZE_MAX;
  }

  /// Frames that come in at NIC `from` go out at NIC `to`, all, in order, and nowhere else. They
  /// come by themselves: a sentinel at `from` would flush what was redirected before it, and one
  /// at `to` would ring the doorbell.
  void expect_redirected(const std::vector<Frame> &frames, size_t from, size_t to)
  {
    std::vector<Frame> out;
    for (const auto burst : bursts(frames, most_at_once(to))) {
      ASSERT_OK(wire(from).inject(burst));
      ASSERT_OK_AND_ASSIGN(auto some, wire(to).collect(burst.size()));
      out.insert(out.end(), some.begin(), some.end());
      ASSERT_OK_AND_ASSIGN(auto back, wire(from).until_sentinel());
      EXPECT_THAT(back, HasNoFrames());
      ASSERT_OK_AND_ASSIGN(auto surplus, wire(to).until_sentinel());
      EXPECT_THAT(surplus, HasNoFrames());
    }
    EXPECT_THAT(out, AreFrames(frames));
    EXPECT_EQ(counter(VERDICT_REDIRECTED), frames.size());
  }
};

TEST_P(Redirect, ByIfindexToTheSameDriver)
{
  REQUIRE(transmit_redirected);
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }, { 1 }));
  const auto frames = test_frames(nic(), notable_sizes());
  expect_redirected(frames, 0, 1);
  expect_counter(Counter::redirect, frames.size());
  expect_counter(Counter::xmit, frames.size(), 1);
}

TEST_P(Redirect, ThroughADevmapToTheSameDriver)
{
  REQUIRE(transmit_redirected);
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_DEVMAP, .target = 3 }, { 1 }));
  ASSERT_OK(set_map("devmap", 3, ifindex(1)));
  const auto frames = test_frames(nic(), 1000);
  expect_redirected(frames, 0, 1);
  expect_counter(Counter::xmit, frames.size(), 1);
}

TEST_P(Redirect, JumboFramesThroughADevmap)
{
  REQUIRE(transmit_redirected);
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(set_jumbo_mtu(1));
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_DEVMAP }, { 1 }));
  ASSERT_OK(set_map("devmap", 0, ifindex(1)));
  expect_redirected(test_frames(nic(), jumbo_sizes()), 0, 1);
}

TEST_P(Redirect, ToAnotherDriver)
{
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_DEVMAP }, { 2 }));
  ASSERT_OK(set_map("devmap", 0, ifindex(2)));
  expect_redirected(test_frames(nic(), notable_sizes()), 0, 2);
}

TEST_P(Redirect, FromAnotherDriver)
{
  REQUIRE(transmit_redirected);
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_DEVMAP }, { 0 }, 2));
  ASSERT_OK(set_map("devmap", 0, ifindex(0)));
  const auto frames = test_frames(nic(2), notable_sizes());
  expect_redirected(frames, 2, 0);
  expect_counter(Counter::xmit, frames.size());
}

TEST_P(Redirect, ToItself)
{
  REQUIRE(transmit_redirected);
  ASSERT_OK(start(
      { .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(0), .flags = VERDICT_SWAP_MACS }, {}));
  const auto frames = test_frames(nic(), notable_sizes());
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));
}

TEST_P(Redirect, BroadcastThroughADevmap)
{
  REQUIRE(transmit_redirected);
  ASSERT_OK(
      start({ .mode = VERDICT_BROADCAST_DEVMAP, .flags = VERDICT_EXCLUDE_INGRESS }, { 1, 2 }));
  for (uint32_t i = 0; i < 3; i++)
    ASSERT_OK(set_map("devmap", i, ifindex(i)));
  const auto frames = test_frames(nic(), notable_sizes());
  ASSERT_OK(wire(0).inject(frames));
  for (size_t i : { 1, 2 }) {
    SCOPED_TRACE(wire(i).name());
    ASSERT_OK_AND_ASSIGN(auto out, wire(i).collect(frames.size()));
    EXPECT_THAT(out, AreFrames(frames));
  }
  ASSERT_OK_AND_ASSIGN(auto back, wire(0).until_sentinel());
  EXPECT_THAT(back, HasNoFrames());
}

TEST_P(Redirect, ThroughACpumapToTheStack)
{
  constexpr uint32_t queue_size = 512;
  ASSERT_OK(load({ .mode = VERDICT_REDIRECT_CPUMAP }));
  ASSERT_OK(set_map("cpumap", 0, queue_size));
  ASSERT_OK(attach_loaded());
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto frames = test_frames(nic(), notable_sizes());
  expect_in_stack(frames, socket);
}

TEST_P(Redirect, JumboFramesThroughACpumapToTheStack)
{
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(load({ .mode = VERDICT_REDIRECT_CPUMAP }));
  ASSERT_OK(set_map("cpumap", 0, 512));
  ASSERT_OK(attach_loaded());
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto frames = test_frames(nic(), jumbo_sizes());
  expect_in_stack(frames, socket);
}

TEST_P(Redirect, ToAnInterfaceThatIsDown)
{
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }, { 1 }, 0,
                  { "on_exception", "on_redirect_err" }));
  ASSERT_OK(agent().link(ifname(1), false));
  const auto frames = test_frames(nic(), 100);
  ASSERT_OK_AND_ASSIGN(auto back, exchange(frames));
  EXPECT_THAT(back, HasNoFrames());

  uint64_t errors = 0, exceptions = 0;
  for (const auto &[key, value] : traces()) {
    EXPECT_EQ(key.ifindex, ifindex());
    EXPECT_EQ(key.action, static_cast<uint32_t>(XDP_REDIRECT));
    (key.event == VERDICT_REDIRECT_ERR ? errors : exceptions) += value.count;
  }
  EXPECT_EQ(errors, frames.size());
  EXPECT_EQ(exceptions, column().can(Can::trace_failed_redirects) ? frames.size() : 0);
  expect_counter(Counter::redirect_errors, frames.size());
  ASSERT_OK(bring_up(1));
  ASSERT_OK_AND_ASSIGN(auto out, wire(1).until_sentinel());
  EXPECT_THAT(out, HasNoFrames());
}

TEST_P(Redirect, ToAnInterfaceWithoutCarrier)
{
  REQUIRE(refuse_without_carrier);
  ASSERT_OK(start({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }, { 1 }, 0,
                  { "on_devmap_xmit" }));
  ASSERT_OK(set_cable(1, false));
  const auto frames = test_frames(nic(), 100);
  ASSERT_OK_AND_ASSIGN(auto back, exchange(frames));
  EXPECT_THAT(back, HasNoFrames());

  uint64_t drops = 0;
  for (const auto &[key, value] : traces())
    drops += value.drops;
  EXPECT_EQ(drops, frames.size());
  expect_counter(Counter::xmit_errors, frames.size(), 1);
  expect_counter(Counter::xmit, 0, 1);
  ASSERT_OK(set_cable(1, true));
  ASSERT_OK_AND_ASSIGN(auto out, wire(1).until_sentinel());
  EXPECT_THAT(out, HasNoFrames());
}

VERDICT_ON_NICS_OF(verdicts, Redirect);

} // namespace verdict
