// SPDX-License-Identifier: GPL-2.0-only
// The example "bridge": where a frame comes out, and that it is the one that came in.
#include <random>

#include "selftests/drivers/net/xdp/examples/bridge.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr size_t ports = 3;
constexpr uint8_t anything = 0;

bridge_address key_of(const MacAddress &address)
{
  bridge_address key;
  std::copy(address.bytes.begin(), address.bytes.end(), key.bytes);
  return key;
}

/// A station on one of the cables.
MacAddress station(uint8_t number)
{
  return { { 0x02, 0xbb, 0, 0, 0, number } };
}

} // namespace

class ExampleBridge : public ExampleTest {
protected:
  /// Makes a bridge of all NICs, which takes frames to its own addresses itself.
  Result<void> start()
  {
    TRY(load_example("bridge", { "bridge" }));
    for (size_t i = 0; i < ports; i++) {
      TRY(agent().run_ok({ "ip", "link", "set", ifname(i), "promisc", "on" }));
      TRY(set("ports", ifindex(i), ifindex(i)));
      TRY(set("own", key_of(nic(i).guest_mac), anything));
      TRY(attach_example("bridge", i));
    }
    return {};
  }

  Frame frame(const MacAddress &from, const MacAddress &to)
  {
    number_++;
    return build(Ethernet{ .dst = to, .src = from }, pattern(number_, 46 + number_ % 1400));
  }

  /// Frames that come in at one port go out at others, and nowhere else. They come by themselves,
  /// before a sentinel.
  void expect_bridged(const std::vector<Frame> &frames, size_t from, const std::set<size_t> &to)
  {
    ASSERT_OK(wire(from).inject(frames));
    for (const size_t port : to) {
      SCOPED_TRACE("to " + wire(port).name());
      ASSERT_OK_AND_ASSIGN(const auto out, wire(port).collect(frames.size()));
      EXPECT_THAT(out, AreFrames(frames));
    }
    ASSERT_OK_AND_ASSIGN(const auto back, wire(from).until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
    for (size_t port = 0; port < ports; port++) {
      SCOPED_TRACE("at " + wire(port).name());
      ASSERT_OK_AND_ASSIGN(const auto surplus, wire(port).until_sentinel());
      EXPECT_THAT(surplus, HasNoFrames());
    }
  }

  void expect_bridged(const Frame &frame, size_t from, const std::set<size_t> &to)
  {
    expect_bridged(std::vector{ frame }, from, to);
  }

private:
  size_t number_ = 0;
};

TEST_P(ExampleBridge, LearnsWhereAStationIs)
{
  const MacAddress one = station(1), two = station(2);
  ASSERT_OK(start());
  expect_bridged(frame(one, two), 0, { 1, 2 });
  expect_bridged(frame(two, one), 1, { 0 });
  expect_bridged(frame(one, two), 0, { 1 });
  expect_bridged(frame(one, broadcast_mac), 0, { 1, 2 });
  // Both on one cable.
  expect_bridged(frame(station(3), broadcast_mac), 1, { 0, 2 });
  expect_bridged(frame(two, station(3)), 1, {});
  // It has moved.
  expect_bridged(frame(one, broadcast_mac), 2, { 0, 1 });
  expect_bridged(frame(two, one), 1, { 2 });

  EXPECT_EQ(counted(BRIDGE_FLOODED), 4u);
  EXPECT_EQ(counted(BRIDGE_FORWARDED), 3u);
  EXPECT_EQ(counted(BRIDGE_FILTERED), 1u);
}

// A source that is a group is nobody's address: what is sent to the group goes everywhere still.
TEST_P(ExampleBridge, DoesNotLearnAGroup)
{
  const MacAddress group{ { 0x01, 0, 0x5e, 0, 0, 1 } };
  ASSERT_OK(start());
  expect_bridged(frame(group, broadcast_mac), 1, { 0, 2 });
  expect_bridged(frame(station(1), group), 0, { 1, 2 });
}

// Stations on three cables, some of which move, send to each other; a table of where each was heard
// of last says where each frame must come out.
TEST_P(ExampleBridge, DoesWhatATableSays)
{
  constexpr size_t steps = 60, stations = 5;
  std::mt19937 random(1);
  std::map<MacAddress, size_t> heard;
  ASSERT_OK(start());
  for (size_t step = 0; step < steps && !HasFailure(); step++) {
    SCOPED_TRACE(testing::Message() << "step " << step);
    const MacAddress from = station(random() % stations), to = station(random() % stations);
    const size_t port = step % 4 && heard.contains(from) ? heard[from] : random() % ports;
    heard[from] = port;
    std::set<size_t> out{ 0, 1, 2 };
    if (heard.contains(to))
      out = { heard[to] };
    out.erase(port);
    expect_bridged(frame(from, to), port, out);
  }
}

// A burst of frames of all sizes, and the answers to it.
TEST_P(ExampleBridge, KeepsFramesWholeAndInOrder)
{
  const MacAddress one = station(1), two = station(2);
  ASSERT_OK(start());
  std::vector<Frame> there, back;
  for (size_t i = 0; i < 50; i++) {
    there.push_back(frame(one, two));
    back.push_back(frame(two, one));
  }
  expect_bridged(there, 0, { 1, 2 });
  expect_bridged(back, 2, { 0 });
  expect_bridged(there, 0, { 2 });
}

VERDICT_ON_NICS_OF(examples, ExampleBridge);

} // namespace verdict
