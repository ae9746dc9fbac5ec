// SPDX-License-Identifier: GPL-2.0-only
// A broken or hostile device: receive descriptors that say what cannot be. The frame is refused and
// counted, neither program nor stack sees any of it, and the ring goes on.
#include <algorithm>

#include "guest/hex.h"
#include "lab/link.h"
#include "nic/hostile_nic.h"
#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

constexpr size_t fcs = 4;
namespace rx = e1000::rx;
namespace txd = e1000::txd;

constexpr uint8_t last = rx::dd | rx::eop;

/// The most buffers that a frame can have: the linear part and MAX_SKB_FRAGS.
constexpr size_t most_buffers = 18;

/// What the device would have written for a good frame.
RxWriteBack good(const Frame &frame, uint8_t errors = 0)
{
  RxWriteBack buffer{ .length = static_cast<uint16_t>(frame.size() + fcs),
                      .errors = errors,
                      .data = frame.bytes };
  buffer.data.resize(buffer.length, 0xfc);
  return buffer;
}

bool ends_frame(uint32_t command)
{
  return command & txd::eop;
}

uint32_t length_of(uint32_t command)
{
  return command & 0xffff;
}

} // namespace

class HostileDevice : public XdpTest {
protected:
  void SetUp() override
  {
    XdpTest::SetUp();
    if (HasFatalFailure())
      return;
    auto opened = hostile_nic(0);
    ASSERT_OK(opened);
    nic_.emplace(std::move(*opened));
    ASSERT_OK(load_frags({ .action = XDP_PASS }));
    ASSERT_OK(attach_loaded());
    auto socket = sniff();
    ASSERT_OK(socket);
    socket_ = *socket;
  }

  /// Of the driver's Rx buffers.
  uint16_t buffer_size() const
  {
    return static_cast<uint16_t>(column().limits().rx_buffer.value());
  }

  HostileNic &device() { return *nic_; }

  /// With a program first, and then without: they share what looks at descriptors, and no more.
  template <typename Test>
  void with_and_without_a_program(Test test)
  {
    {
      SCOPED_TRACE("with a program");
      test();
    }
    if (HasFatalFailure())
      return;
    ASSERT_OK(agent().xdp_detach(ifname()));
    SCOPED_TRACE("without a program");
    test();
  }

  /// Of what is written back, so many frames are malformed, and exactly these others arrive.
  void expect(const std::vector<RxWriteBack> &buffers, size_t malformed,
              const std::vector<Frame> &arriving = {})
  {
    ASSERT_OK_AND_ASSIGN(auto attached, agent().xdp_query(ifname()));
    const uint64_t malformed_before = statistic(Counter::malformed),
                   seen_before = counter(VERDICT_FRAMES);
    const size_t batch = 200;
    for (size_t i = 0; i < buffers.size(); i += batch) {
      const auto end = buffers.begin() + static_cast<long>(std::min(i + batch, buffers.size()));
      ASSERT_OK(device().receive({ buffers.begin() + static_cast<long>(i), end }));
    }
    ASSERT_OK_AND_ASSIGN(auto back, wire().until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
    EXPECT_EQ(statistic(Counter::malformed) - malformed_before, malformed);
    // Where people look. The driver has read the device's registers for the counter above.
    for (const char *name : { "rx_errors", "rx_length_errors" })
      EXPECT_EQ(link_statistic(name), malformed_before + malformed) << name;
    EXPECT_EQ(counter(VERDICT_FRAMES) - seen_before, attached.native_id ? arriving.size() : 0);
    ASSERT_OK_AND_ASSIGN(auto stack, sniffed(socket_, arriving.size()));
    EXPECT_THAT(stack, AreFrames(arriving));
  }

  std::optional<HostileNic> nic_;
  int socket_ = -1;
};

TEST_P(HostileDevice, FramesThatItMadeUpArrive)
{
  with_and_without_a_program([&] {
    std::vector<RxWriteBack> buffers;
    const auto frames = test_frames(nic(), notable_sizes());
    for (const Frame &frame : frames)
      buffers.push_back(good(frame));
    expect(buffers, 0, frames);
  });
}

TEST_P(HostileDevice, FramesWithErrorsAreRefused)
{
  with_and_without_a_program([&] {
    std::vector<RxWriteBack> buffers;
    for (const uint8_t error : { rx::ce, rx::se, rx::seq, rx::cxe, rx::rxe, uint8_t{ 0xff } })
      buffers.push_back(good(test_frame(nic(), error, 200), error));
    // The last descriptor's word is for all buffers of a frame.
    buffers.push_back({ .length = buffer_size(), .status = rx::dd });
    buffers.push_back({ .length = 100, .errors = rx::ce });
    expect(buffers, 0);
  });
}

TEST_P(HostileDevice, FramesWithErrorsArriveIfTheUserWantsThem)
{
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-all", "on" }));
  ASSERT_OK(until_link(agent(), ifname()));
  ASSERT_OK(wire().until_sentinel());
  with_and_without_a_program([&] {
    std::vector<RxWriteBack> buffers;
    const auto frames = test_frames(nic(), 5, 200);
    size_t i = 0;
    for (const uint8_t error : { rx::ce, rx::se, rx::seq, rx::cxe, rx::rxe })
      buffers.push_back(good(frames[i++], error));
    expect(buffers, 0, frames);
  });
}

TEST_P(HostileDevice, WrongChecksumsAreTheStacksAffair)
{
  with_and_without_a_program([&] {
    const auto frames = test_frames(nic(), 3, 200);
    std::vector<RxWriteBack> buffers{ good(frames[0], rx::tcpe), good(frames[1], rx::ipe),
                                      good(frames[2], rx::tcpe | rx::ipe) };
    for (RxWriteBack &buffer : buffers)
      buffer.status |= rx::tcpcs;
    const uint64_t before = statistic(Counter::csum_errors);
    expect(buffers, 0, frames);
    EXPECT_EQ(statistic(Counter::csum_errors) - before, 2u);
  });
}

TEST_P(HostileDevice, ChecksumsAreBelievedOnlyIfTheUserWantsIt)
{
  with_and_without_a_program([&] {
    // At first the driver takes it for on, and ethtool for off.
    for (const bool wanted : { true, false }) {
      SCOPED_TRACE(wanted);
      ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx", wanted ? "on" : "off" }));
      const auto frame = test_frame(nic(), 0, 200);
      RxWriteBack buffer = good(frame);
      buffer.status |= rx::tcpcs;
      const uint64_t before = statistic(Counter::csum_good);
      expect({ buffer }, 0, { frame });
      EXPECT_EQ(statistic(Counter::csum_good) - before, wanted ? 1u : 0u);
    }
  });
}

TEST_P(HostileDevice, LengthsThatCannotBeAreRefused)
{
  std::vector<uint16_t> lengths;
  for (uint16_t length = 0; length < 14 + fcs; length++)
    lengths.push_back(length);
  // In the long form all; else both ends, and some in between.
  for (uint32_t length = buffer_size() + 1; length <= 0xffff; length++) {
    if (storm() > 1 || length < 2100 || length > 65500 || length % 509 == 0)
      lengths.push_back(static_cast<uint16_t>(length));
  }
  with_and_without_a_program([&] {
    std::vector<RxWriteBack> buffers;
    for (const uint16_t length : lengths)
      buffers.push_back({ .length = length });
    expect(buffers, lengths.size());
  });
}

TEST_P(HostileDevice, LengthsThatJustCanBeArrive)
{
  with_and_without_a_program([&] {
    const auto frames = test_frames(nic(), std::vector<size_t>{ 14, 15, buffer_size() - fcs });
    expect({ good(frames[0]), good(frames[1]), good(frames[2]) }, 0, frames);
  });
}

// A device goes on to the next buffer when one is full.
TEST_P(HostileDevice, BuffersThatAreNotFullAreRefused)
{
  with_and_without_a_program([&] {
    std::vector<RxWriteBack> buffers;
    size_t malformed = 0;
    for (const uint16_t length : { 0, 1, 4, 13, 14, 100, 2047, 2049, 65535 }) {
      buffers.push_back({ .length = length, .status = rx::dd });
      buffers.push_back({ .length = 100, .status = rx::dd }); // is discarded with it
      buffers.push_back({ .length = 100, .status = last });
      malformed++;
      // The same in the middle of a frame.
      buffers.push_back({ .length = buffer_size(), .status = rx::dd });
      buffers.push_back({ .length = length, .status = rx::dd });
      buffers.push_back({ .length = 100, .status = last });
      malformed++;
    }
    // At its end only what no buffer holds is wrong.
    for (const uint16_t length : { 0, 2049, 65535 }) {
      buffers.push_back({ .length = buffer_size(), .status = rx::dd });
      buffers.push_back({ .length = length, .status = last });
      malformed++;
    }
    expect(buffers, malformed);
  });
}

TEST_P(HostileDevice, TheLongestFrameArrives)
{
  with_and_without_a_program([&] {
    const Frame frame = test_frame(nic(), 1, most_buffers * buffer_size() - fcs);
    std::vector<uint8_t> bytes = frame.bytes;
    bytes.resize(most_buffers * buffer_size());
    std::vector<RxWriteBack> buffers;
    for (auto at = bytes.begin(); at != bytes.end(); at += buffer_size())
      buffers.push_back({ buffer_size(), rx::dd, 0, { at, at + buffer_size() } });
    buffers.back().status = last;
    expect(buffers, 0, { frame });
  });
}

TEST_P(HostileDevice, FramesWithoutEndAreRefused)
{
  with_and_without_a_program([&] {
    for (const size_t count : { most_buffers + 1, most_buffers + 2, size_t{ 700 } }) {
      SCOPED_TRACE(count);
      std::vector<RxWriteBack> buffers(count, { .length = buffer_size(), .status = rx::dd });
      buffers.back().status = last;
      expect(buffers, 1);
    }
  });
}

TEST_P(HostileDevice, AnUnfinishedFrameIsFreedWithTheRing)
{
  ASSERT_OK(device().receive({ 3, { .length = buffer_size(), .status = rx::dd } }));
  ASSERT_OK(device().receive({})); // the driver has filled the ring again, so it has seen them
}

TEST_P(HostileDevice, StormOfEndsIsRefused)
{
  with_and_without_a_program([&] {
    const size_t count = 600 * storm();
    expect(std::vector<RxWriteBack>(count, { .length = 1 }), count);
  });
}

TEST_P(HostileDevice, StormOfFramesArrives)
{
  with_and_without_a_program([&] {
    // No more at once than a socket holds.
    for (size_t round = 0; round < storm(); round++) {
      std::vector<RxWriteBack> buffers;
      const auto frames = test_frames(nic(), 400, 60);
      for (const Frame &frame : frames)
        buffers.push_back(good(frame));
      expect(buffers, 0, frames);
      if (HasFailure())
        return;
    }
  });
}

// The driver leaves one descriptor without a buffer. What a device writes there must not be taken
// for a frame when the descriptor has got a buffer.
TEST_P(HostileDevice, DoneWithoutABufferIsIgnored)
{
  with_and_without_a_program([&] {
    ASSERT_OK_AND_ASSIGN(const size_t owned, device().owned());
    ASSERT_OK(device().write_back_empty_slot({ .length = 200 }));
    // Near it one frame at a time: the driver, which has then filled the ring again, has looked at
    // each descriptor before the device has written there.
    constexpr size_t near = 10;
    std::vector<RxWriteBack> buffers(owned - near, good(test_frame(nic(), 0)));
    ASSERT_OK(device().receive(buffers));
    for (size_t i = 0; i < 2 * near; i++)
      ASSERT_OK(device().receive({ good(test_frame(nic(), i)) }));
    ASSERT_OK(sniffed(socket_, owned + near));

    const auto frames = test_frames(nic(), 600, 200);
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange(frames));
    EXPECT_THAT(back, HasNoFrames());
    ASSERT_OK_AND_ASSIGN(auto stack, sniffed(socket_, frames.size()));
    EXPECT_THAT(stack, AreFrames(frames));
  });
}

// A device that writes descriptors back in bursts may call the first one of a long frame done while
// it still reads the frame. The short frame before it makes the driver look.
TEST_P(HostileDevice, AFramesFirstDescriptorDoneFreesNothing)
{
  const Limits &limits = column().limits();
  const Frame shorter = test_frame(nic(), 0, 200),
              longer = test_frame(nic(), 1, 2 * buffer_size() + 500);
  constexpr size_t descriptors = 1 + 3;
  // The smallest ring: a page that was freed is soon received into.
  ASSERT_OK(set_rings(limits.least_ring.value(), limits.tx_ring));
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS }));
  ASSERT_OK(device().send(false));
  ASSERT_OK(wire().inject(std::vector{ shorter, longer }));
  ASSERT_OK(until("both frames are posted", [&] {
    return device().unsent().map([](size_t count) { return count == descriptors; });
  }));
  ASSERT_OK(device().call_unsent_done(2));

  ASSERT_OK(configure({ .action = XDP_PASS }));
  const auto others = test_frames(nic(), 2 * limits.least_ring.value(), 1000);
  ASSERT_OK(wire().inject(others));
  ASSERT_OK(
      until("they are received", [&] { return counter(VERDICT_FRAMES) == 2 + others.size(); }));
  ASSERT_OK(device().send(true));
  ASSERT_OK_AND_ASSIGN(const auto back, wire().until_sentinel());
  ASSERT_EQ(back.size(), 2u);
  EXPECT_THAT(back[1], IsFrame(swapped(longer)));
}

// QEMU sends a frame whatever its descriptors ask for besides; a device does not.
TEST_P(HostileDevice, EachDescriptorAsksForWhatItsFrameNeeds)
{
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS }));
  // So that the frames that follow go beyond the ring's end.
  const auto first = test_frames(nic(), 150);
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(first, first.size()));
  EXPECT_THAT(back, AreFrames(swapped(first)));

  ASSERT_OK(device().send(false));
  constexpr size_t pairs = 40;
  std::vector<Frame> frames;
  for (size_t i = 0; i < pairs; i++) {
    frames.push_back(test_frame(nic(), i, 200));
    frames.push_back(test_frame(nic(), i, buffer_size() + 900u));
  }
  ASSERT_OK(wire().inject(frames));
  std::vector<uint32_t> commands;
  ASSERT_OK(until("all frames are posted", [&]() -> Result<bool> {
    commands = TRY(device().unsent_commands());
    return std::ranges::count_if(commands, ends_frame) == 2 * pairs;
  }));
  for (size_t i = 0; i < commands.size(); i++) {
    EXPECT_TRUE(commands[i] & txd::ifcs) << "descriptor " << i;
    EXPECT_EQ(!!(commands[i] & txd::rs), ends_frame(commands[i])) << "descriptor " << i;
  }

  ASSERT_OK(device().send(true));
  ASSERT_OK_AND_ASSIGN(back, wire().collect(frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));
}

// A device may write back the descriptor of a linear frame after a TSO one before it has read all
// of it, so the frame's last bytes get a descriptor of their own.
TEST_P(HostileDevice, TheFirstFrameAfterTsoIsSplit)
{
  REQUIRE(split_after_tso);
  constexpr size_t size = 200, tail = 4;
  ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS }));
  ASSERT_OK(wire().until_sentinel());
  ASSERT_OK(device().send(false));
  const Frame segments =
      build(Ethernet{ .dst = nic().host_mac, .src = nic().guest_mac },
            Ipv4{ .src = nic().guest_ip, .dst = nic().host_ip }, Tcp{}, pattern(1, 3100));
  ASSERT_OK(agent().call(
      "packet_send",
      { { "ifname", ifname() }, { "data", guest::to_hex(segments) }, { "gso_size", 1000 } }));
  ASSERT_OK_AND_ASSIGN(const size_t before, device().unsent());
  ASSERT_GT(before, 0u);
  const auto frames = test_frames(nic(), 2, size);
  ASSERT_OK(wire().inject(frames));
  std::vector<uint32_t> commands;
  ASSERT_OK(until("both frames are posted", [&]() -> Result<bool> {
    commands = TRY(device().unsent_commands());
    commands.erase(commands.begin(), commands.begin() + static_cast<long>(before));
    return std::ranges::count_if(commands, ends_frame) == 2;
  }));
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(length_of(commands[0]), size - tail);
  EXPECT_FALSE(ends_frame(commands[0]));
  EXPECT_EQ(length_of(commands[1]), tail);
  EXPECT_EQ(length_of(commands[2]), size);
  ASSERT_OK(device().send(true));
  constexpr size_t count_of_segments = 4;
  ASSERT_OK_AND_ASSIGN(auto out, wire().collect(count_of_segments + frames.size()));
  ASSERT_GE(out.size(), count_of_segments);
  EXPECT_THAT(std::vector(out.begin() + count_of_segments, out.end()), AreFrames(swapped(frames)));
}

// Each part of a long frame takes a descriptor, and all must be free, not one more.
TEST_P(HostileDevice, ALongFrameTakesTheLastDescriptors)
{
  const Limits &limits = column().limits();
  const Frame longer = test_frame(nic(), 1, 3 * buffer_size() + 500u);
  constexpr size_t parts = 4, many = 64;
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(set_rings(limits.rx_ring, limits.least_ring.value()));
  ASSERT_OK(configure({ .action = XDP_TX, .flags = VERDICT_SWAP_MACS }));
  // Sends frames while the device does not; returns how many descriptors are posted.
  size_t refused = 0;
  const auto posted_of = [&](const std::vector<Frame> &frames) -> Result<size_t> {
    TRY(wire().until_sentinel()); // what was sent before is cleaned with these polls
    TRY(device().send(false));
    const uint64_t sent = statistic(Counter::tx), errors = statistic(Counter::tx_errors);
    TRY(wire().inject(frames));
    TRY(until("all frames are posted or refused", [&] {
      refused = statistic(Counter::tx_errors) - errors;
      return statistic(Counter::tx) - sent + refused == frames.size();
    }));
    const size_t posted = TRY(device().unsent());
    TRY(device().send(true));
    const auto back = TRY(wire().collect(frames.size() - refused));
    EXPECT_THAT(back, AreFrames(swapped({ frames.begin(), frames.end() - refused })));
    return posted;
  };
  ASSERT_OK_AND_ASSIGN(const size_t room, posted_of(test_frames(nic(), many)));
  ASSERT_GT(room, parts);
  ASSERT_LT(room, many);
  for (const size_t left : { parts, parts - 1 }) {
    SCOPED_TRACE(testing::Message() << left << " descriptors left");
    auto frames = test_frames(nic(), room - left);
    frames.push_back(longer);
    ASSERT_OK_AND_ASSIGN(const size_t posted, posted_of(frames));
    EXPECT_EQ(posted, left == parts ? room : room - left);
    EXPECT_EQ(refused, left == parts ? 0u : 1u);
  }
}

VERDICT_ON_NICS_OF(life, HostileDevice);

} // namespace verdict
