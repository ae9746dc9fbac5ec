// SPDX-License-Identifier: GPL-2.0-only
// A program comes, is replaced and goes, by every door, while frames stream in: each frame sees
// exactly one program (or none), and none is lost.
#include <fmt/format.h>

#include "base/text.h"
#include "lab/link.h"
#include "tests/suite/xdp_fixture.h"

#include <atomic>
#include <thread>

namespace verdict {

namespace {

constexpr size_t stream_length = 3000;

/// What program B writes, and where: behind the Ethernet header.
constexpr uint32_t stamp_offset = 14;
constexpr uint8_t stamp = 0x5b;

constexpr verdict_config drop{ .action = XDP_DROP };
constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };
constexpr verdict_config bounce_stamped{ .action = XDP_TX,
                                         .flags = VERDICT_SWAP_MACS,
                                         .rewrite_offset = stamp_offset,
                                         .rewrite_len = 1,
                                         .rewrite = { stamp } };

} // namespace

class Attach : public XdpTest {
protected:
  /// Streams frames in while `change` happens after the first third.
  template <typename Change>
  Result<void> stream(const std::vector<Frame> &frames, Change change)
  {
    std::atomic<size_t> injected = 0;
    std::atomic<bool> changed = false;
    Result<void> sent;
    std::thread injector([&] {
      constexpr size_t burst = 20;
      for (size_t i = 0; sent && i < frames.size(); i += burst) {
        // The last third waits for the change, so that it falls into the stream.
        while (!changed && i >= frames.size() * 2 / 3)
          std::this_thread::yield();
        sent = wire().inject(std::span(frames).subspan(i, std::min(burst, frames.size() - i)));
        injected = i + burst;
      }
      injected = frames.size();
    });
    while (injected < frames.size() / 3)
      std::this_thread::yield();
    const Result<void> done = change();
    changed = true;
    injector.join();
    TRY(done);
    return sent;
  }

  /// Waits until each frame of a stream was seen by one of the programs or, at a socket of sniff(),
  /// by the stack. Error: frames were lost; how many.
  Result<void> until_handled(size_t count, const std::vector<std::string> &programs,
                             std::optional<int> socket = {})
  {
    uint64_t handled = 0;
    const auto waited = until("every frame of the stream is handled", [&]() -> Result<bool> {
      if (socket) {
        const auto stack = TRY(agent().packet_count(*socket));
        in_stack_ += stack.count;
        if (stack.dropped)
          return fail("the socket dropped frames");
      }
      handled = in_stack_;
      for (const std::string &name : programs)
        handled += counter(VERDICT_FRAMES, name);
      return handled >= count;
    });
    if (!waited)
      return fail(waited.error().message + fmt::format("; {} of {} were", handled, count));
    return {};
  }

  /// Programs of a stream send frames back, so that order and content prove which of them each
  /// frame saw. A driver that loses some of them drops them all, and only
  /// counters tell.
  bool bounces() const { return column().can(Can::transmit_all); }
  verdict_config first() const { return bounces() ? bounce : drop; }
  verdict_config second() const { return bounces() ? bounce_stamped : drop; }

  /// What programs sent back comes by itself, in order, and nothing else.
  void expect_bounced(const std::vector<Frame> &sent)
  {
    const auto expected = bounces() ? swapped(sent) : std::vector<Frame>{};
    ASSERT_OK_AND_ASSIGN(const auto back, wire().collect(expected.size()));
    EXPECT_THAT(back, AreFrames(expected));
  }

  /// Frames that all differ, and stay different when their byte at stamp_offset is overwritten.
  std::vector<Frame> stream_frames() { return test_frames(nic(), stream_length, 100); }

  /// A refusal comes with the driver's explanation, where the profile knows one.
  void expect_refused(const Result<void> &refused, Refusal kind)
  {
    ASSERT_FALSE(refused);
    if (const auto &text = column().nics.front().refusals.at(kind); text) {
      EXPECT_THAT(refused.error().message, testing::HasSubstr(*text));
    }
  }

  void expect_none_attached()
  {
    ASSERT_OK_AND_ASSIGN(const auto attached, agent().xdp_query(ifname()));
    EXPECT_EQ(attached.mode, "none");
  }

  std::string ip_keyword() const { return column().native() ? "xdpdrv" : "xdpgeneric"; }

  uint64_t received()
  {
    auto device = agent().netdev(ifname());
    EXPECT_OK(device);
    return device ? device->at("stats").at("rx_packets").get<uint64_t>() : 0;
  }

  uint64_t in_stack_ = 0;
};

TEST_P(Attach, FirstProgramUnderAStream)
{
  REQUIRE(attach_without_loss);
  REQUIRE(wait_for_room);
  ASSERT_OK(load(first()));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const uint64_t carrier = carrier_changes();
  const auto frames = stream_frames();
  ASSERT_OK(stream(frames, [&] { return attach_loaded(); }));
  ASSERT_OK(until_handled(frames.size(), { "main" }, socket));

  EXPECT_GT(in_stack_, 0u);
  EXPECT_GT(counter(VERDICT_FRAMES), 0u);
  ASSERT_EQ(in_stack_ + counter(VERDICT_FRAMES), frames.size()) << "frames were doubled";
  expect_bounced({ frames.begin() + static_cast<long>(in_stack_), frames.end() });
  EXPECT_EQ(carrier_changes(), carrier);
}

TEST_P(Attach, ReplacementUnderAStream)
{
  REQUIRE(wait_for_room);
  ASSERT_OK(load(first(), "a"));
  ASSERT_OK(load(second(), "b"));
  ASSERT_OK(attach_loaded("a"));
  const uint64_t carrier = carrier_changes();
  const auto frames = stream_frames();
  ASSERT_OK(stream(frames, [&] { return attach_loaded("b"); }));
  ASSERT_OK(until_handled(frames.size(), { "a", "b" }));

  const uint64_t by_a = counter(VERDICT_FRAMES, "a"), by_b = counter(VERDICT_FRAMES, "b");
  EXPECT_GT(by_a, 0u);
  EXPECT_GT(by_b, 0u);
  ASSERT_EQ(by_a + by_b, frames.size()) << "a frame saw no program, or two";
  auto expected = frames;
  for (size_t i = by_a; i < expected.size(); i++)
    expected[i][stamp_offset] = stamp;
  expect_bounced(expected);
  EXPECT_EQ(carrier_changes(), carrier);
}

TEST_P(Attach, DetachmentUnderAStream)
{
  REQUIRE(attach_without_loss);
  REQUIRE(wait_for_room);
  ASSERT_OK(attach(first()));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const uint64_t carrier = carrier_changes();
  const auto frames = stream_frames();
  ASSERT_OK(stream(frames, [&] { return agent().xdp_detach(ifname(), column().mode()); }));
  ASSERT_OK(until_handled(frames.size(), { "main" }, socket));

  const uint64_t by_program = counter(VERDICT_FRAMES);
  EXPECT_GT(in_stack_, 0u);
  EXPECT_GT(by_program, 0u);
  ASSERT_EQ(in_stack_ + by_program, frames.size()) << "frames were doubled";
  expect_bounced({ frames.begin(), frames.begin() + static_cast<long>(by_program) });
  EXPECT_EQ(carrier_changes(), carrier);
}

TEST_P(Attach, ByIpLink)
{
  attaches_by_itself();
  ASSERT_OK(agent().run_ok({ "ip", "link", "set", "dev", ifname(), ip_keyword(), "obj",
                             "/bpf/trivial.bpf.o", "program", "drop_all" }));
  ASSERT_OK_AND_ASSIGN(auto shown, agent().run_ok({ "ip", "-d", "link", "show", "dev", ifname() }));
  EXPECT_THAT(shown, testing::HasSubstr(column().native() ? " xdp " : " xdpgeneric "));
  // The program drops sentinels, too.
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto frames = test_frames(nic(), 10);
  const uint64_t before = received();
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK(until("the frames are received", [&] { return received() >= before + frames.size(); }));
  ASSERT_OK(agent().run_ok({ "ip", "link", "set", "dev", ifname(), ip_keyword(), "off" }));
  ASSERT_OK_AND_ASSIGN(auto attached, agent().xdp_query(ifname()));
  EXPECT_EQ(attached.mode, "none");
  ASSERT_OK_AND_ASSIGN(auto answers, wire().exchange(arp_request(nic())));
  EXPECT_THAT(padded(answers), AreFrames({ arp_reply(nic()) }));
  ASSERT_OK_AND_ASSIGN(auto in_stack, sniffed(socket, 0));
  EXPECT_THAT(in_stack, HasNoFrames());
  ASSERT_OK(until("the program is freed, as nobody holds it any more", [&] {
    return agent().run_ok({ "bpftool", "prog", "show" }).map([](const std::string &programs) {
      return programs.find("drop_all") == std::string::npos;
    });
  }));
}

TEST_P(Attach, ByBpftool)
{
  attaches_by_itself();
  ASSERT_OK(agent().run_ok(
      { "bpftool", "prog", "loadall", "/bpf/trivial.bpf.o", "/sys/fs/bpf/trivial" }));
  ASSERT_OK(agent().run_ok({ "bpftool", "net", "attach", ip_keyword(), "pinned",
                             "/sys/fs/bpf/trivial/tx_of_queue_0", "dev", ifname() }));
  ASSERT_OK_AND_ASSIGN(auto attached, agent().xdp_query(ifname()));
  EXPECT_EQ(attached.mode, column().native() ? "native" : "generic");

  // The program sends back the sentinel's request too; wait for the frames alone.
  const auto frames = test_frames(nic(), 10);
  ASSERT_OK(wire().inject(frames));
  for (const Frame &frame : frames) {
    ASSERT_OK_AND_ASSIGN(auto back, wire().receive());
    EXPECT_THAT(back, IsFrame(frame));
  }
  ASSERT_OK(agent().run_ok({ "bpftool", "net", "detach", ip_keyword(), "dev", ifname() }));
  ASSERT_OK_AND_ASSIGN(attached, agent().xdp_query(ifname()));
  EXPECT_EQ(attached.mode, "none");
}

TEST_P(Attach, OffloadIsRefusedWithAMessage)
{
  ASSERT_OK(load(bounce));
  expect_refused(agent().xdp_attach(ifname(), program(), { .mode = guest::XdpMode::offload }),
                 Refusal::offload);
  expect_none_attached();
}

TEST_P(Attach, WithoutFragsIsRefusedWhereFramesNeedThem)
{
  REQUIRE(refuse_without_frags);
  ASSERT_OK(load(bounce)); // without frags
  const unsigned most = column().limits().linear_mtu.value();
  ASSERT_OK(agent().link(ifname(), {}, most + 1));
  expect_refused(agent().xdp_attach(ifname(), program()), Refusal::no_frags);
  expect_none_attached();
  ASSERT_OK(agent().link(ifname(), {}, most));
  ASSERT_OK(attach_loaded());
}

TEST_P(Attach, TheLargestMtuWithoutFragsCanBeUsed)
{
  REQUIRE(refuse_without_frags);
  REQUIRE(fill_linear_mtu);
  const unsigned most = column().limits().linear_mtu.value();
  ASSERT_OK(load(bounce)); // without frags
  ASSERT_OK(agent().link(ifname(), {}, most));
  ASSERT_OK(attach_loaded());
  ASSERT_OK(until_link(agent(), ifname()));
  ASSERT_OK(wire().until_sentinel());
  const auto largest = test_frames(nic(), std::vector<size_t>{ most + 14 });
  ASSERT_OK_AND_ASSIGN(const auto back, wire().exchange_for(largest, 1));
  EXPECT_THAT(back, AreFrames(swapped(largest)));
}

TEST_P(Attach, AnMtuThatNeedsFragsIsRefusedToAProgramWithoutThem)
{
  REQUIRE(bound_mtu);
  ASSERT_OK(attach(bounce)); // without frags
  const unsigned most = column().limits().linear_mtu.value();
  ASSERT_OK(agent().link(ifname(), {}, most));
  expect_refused(agent().link(ifname(), {}, most + 1), Refusal::mtu);
  ASSERT_OK(agent().xdp_detach(ifname()));
  ASSERT_OK(agent().link(ifname(), {}, most + 1));
}

TEST_P(Attach, FeaturesAreAdvertisedBeforeAnyProgram)
{
  for (size_t i : { 0, 1 }) {
    ASSERT_OK_AND_ASSIGN(const uint64_t features, agent().xdp_features(ifindex(i)));
    EXPECT_EQ(features, column().nics[i].xdp_features) << ifname(i);
  }
}

TEST_P(Attach, FcsIsNeverDataForAProgram)
{
  REQUIRE(keep_fcs_from_programs);
  ASSERT_OK(load(bounce));
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-fcs", "on" }));
  expect_refused(agent().xdp_attach(ifname(), program()), Refusal::fcs);

  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-fcs", "off" }));
  ASSERT_OK(attach_loaded());
  ASSERT_OK(agent().run({ "ethtool", "-K", ifname(), "rx-fcs", "on" }));
  EXPECT_THAT(serial_log(), testing::HasSubstr("rx-fcs stays off"));
  EXPECT_THAT(agent().run_ok({ "ethtool", "-k", ifname() }).value_or("nothing"),
              testing::HasSubstr("\nscatter-gather: on\n"))
      << "a feature that has nothing to do with it is off";
  const auto frames = test_frames(nic(), notable_sizes());
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));

  ASSERT_OK(agent().xdp_detach(ifname()));
  EXPECT_THAT(agent().run_ok({ "ethtool", "-k", ifname() }).value_or("nothing"),
              testing::HasSubstr("\nrx-fcs: on\n"))
      << "it was asked for while the program was there";
}

VERDICT_ON_NICS_OF(verdicts, Attach);

} // namespace verdict
