// SPDX-License-Identifier: GPL-2.0-only
// XDP_PASS: the stack gets what the program has left, byte for byte.
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

constexpr uint16_t port = 7000;

/// How long a datagram may take to reach its socket.
constexpr milliseconds arrival{ 5000 };

constexpr verdict_config pass{ .action = XDP_PASS };

/// A UDP datagram whose frame has `size` bytes.
Frame datagram_of(const NicAddress &nic, size_t size)
{
  constexpr size_t headers = 14 + 20 + 8;
  return udp_frame(nic, 1000, port, pattern(size, size - headers));
}

} // namespace

class Pass : public XdpTest {
protected:
  /// A datagram reaches a socket of the guest, once, byte for byte and by itself: a sentinel would
  /// have NAPI run again, and it follows only to prove that nothing else comes.
  void expect_datagram(const Frame &frame, int socket)
  {
    ASSERT_OK(wire().inject(frame));
    ASSERT_OK_AND_ASSIGN(const auto received, agent().udp_recv(socket, 1, arrival));
    ASSERT_THAT(received, testing::SizeIs(1));
    EXPECT_EQ(received[0].data, dissect(frame).payload.bytes);
    ASSERT_OK_AND_ASSIGN(const auto answers, wire().until_sentinel());
    EXPECT_THAT(answers, HasNoFrames());
    ASSERT_OK_AND_ASSIGN(const auto surplus, agent().udp_recv(socket, 1));
    EXPECT_THAT(surplus, testing::IsEmpty());
  }

  /// Every datagram reaches a socket of the guest.
  void expect_received(const std::vector<size_t> &sizes)
  {
    ASSERT_OK_AND_ASSIGN(const int socket, udp_socket(port));
    for (size_t size : sizes) {
      SCOPED_TRACE(testing::Message() << "frame of " << size << " bytes");
      const Frame frame = datagram_of(nic(), size);
      expect_datagram(frame, socket);
    }
    EXPECT_EQ(counter(VERDICT_PASSED), sizes.size());
  }

  /// The stack gets frames of `size` bytes with their end moved by as much as the program moves it.
  void expect_tails_moved(const std::vector<int> &deltas, size_t size)
  {
    ASSERT_OK(load(pass));
    ASSERT_OK(attach_loaded());
    ASSERT_OK_AND_ASSIGN(const int socket, sniff());
    for (int delta : deltas) {
      SCOPED_TRACE(testing::Message() << "adjust_tail " << delta);
      ASSERT_OK(configure({ .action = XDP_PASS, .adjust_tail = delta }));
      const Frame frame = test_frame(nic(), delta, size);
      expect_in_stack({ &frame, 1 }, socket, { with_tail_adjusted(frame, delta) });
    }
    EXPECT_EQ(counter(VERDICT_TAIL_FAILED), 0u);
  }
};

TEST_P(Pass, ArpIsAnswered)
{
  ASSERT_OK(attach(pass));
  ASSERT_OK_AND_ASSIGN(auto frames, wire().exchange(arp_request(nic())));
  EXPECT_THAT(padded(frames), AreFrames({ arp_reply(nic()) }));
}

TEST_P(Pass, EchoIsAnswered)
{
  ASSERT_OK(attach(pass));
  for (size_t size : { 18, 300, 1472 }) {
    const Payload payload = pattern(size, size);
    ASSERT_OK_AND_ASSIGN(auto frames, wire().exchange(echo_request(nic(), 0x1234, 7, payload)));
    ASSERT_THAT(frames, testing::SizeIs(1));
    const Dissection reply = dissect(frames[0]);
    ASSERT_TRUE(reply.icmp_echo) << summary(frames[0]);
    EXPECT_THAT(reply.ill, testing::IsEmpty());
    EXPECT_EQ(reply.payload.bytes, payload.bytes);
  }
  EXPECT_EQ(counter(VERDICT_PASSED), 3u);
}

TEST_P(Pass, UdpReachesASocketAtEverySize)
{
  ASSERT_OK(attach(pass));
  expect_received(notable_sizes());
}

TEST_P(Pass, JumboUdpReachesASocketAtEverySize)
{
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach(pass));
  expect_received(jumbo_sizes());
}

// Nothing is left of a long frame in the page that a short one gets later.
TEST_P(Pass, ShortFramesAfterLongOnes)
{
  REQUIRE(jumbo);
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach(pass));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  constexpr size_t longer = 20, shorter = 60, pages_of_ring_and_pool = 600;
  for (size_t sent = 0; sent < pages_of_ring_and_pool; sent += shorter) {
    expect_in_stack(test_frames(nic(), longer, column().limits().jumbo_mtu.value()), socket);
    expect_in_stack(test_frames(nic(), shorter), socket);
  }
}

TEST_P(Pass, WithoutProgramTheFcsReachesASocketIfTheUserWantsIt)
{
  REQUIRE(receive_fcs);
  constexpr size_t fcs = 4;
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-fcs", "on" }));
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto bytes_received = [&] {
    return agent().netdev(ifname()).map([](const auto &device) {
      return device.at("stats").at("rx_bytes").template get<uint64_t>();
    });
  };
  // In one buffer, and in several.
  for (const size_t size : { 300u, 5000u }) {
    SCOPED_TRACE(size);
    ASSERT_OK_AND_ASSIGN(const uint64_t before, bytes_received());
    const Frame frame = test_frame(nic(), 1, size);
    ASSERT_OK(wire().inject(frame));
    ASSERT_OK_AND_ASSIGN(auto received, sniffed(socket, 1));
    ASSERT_THAT(received, testing::SizeIs(1));
    ASSERT_EQ(received[0].size(), size + fcs);
    received[0].bytes.resize(size);
    EXPECT_THAT(received, AreFrames({ frame }));
    // As statistics.rst of the kernel has it, the FCS is no part of this; the sentinels are.
    ASSERT_OK_AND_ASSIGN(const uint64_t after, bytes_received());
    EXPECT_EQ((after - before - size) % min_frame_size, 0u) << after - before;
  }
}

TEST_P(Pass, WithoutProgramJumboUdpReachesASocket)
{
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK_AND_ASSIGN(const int socket, udp_socket(port));
  for (size_t size : jumbo_sizes()) {
    const Frame frame = datagram_of(nic(), size);
    SCOPED_TRACE(testing::Message() << "frame of " << size << " bytes");
    expect_datagram(frame, socket);
  }
}

TEST_P(Pass, RewrittenHeaderIsSeenByTheStack)
{
  constexpr uint16_t other_port = 7777;
  constexpr uint32_t udp_dst_port = 14 + 20 + 2;
  ASSERT_OK(attach({ .action = XDP_PASS,
                     .rewrite_offset = udp_dst_port,
                     .rewrite_len = 2,
                     .rewrite = { other_port >> 8, other_port & 0xff } }));
  ASSERT_OK_AND_ASSIGN(const int socket, udp_socket(port));
  ASSERT_OK_AND_ASSIGN(const int other, udp_socket(other_port));
  const Payload payload = pattern(1, 200);
  ASSERT_OK(
      wire().inject(build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                          Ipv4{ .src = nic().host_ip, .dst = nic().guest_ip },
                          Udp{ .src_port = 1000, .dst_port = port, .checksum = 0 }, payload)));
  ASSERT_OK_AND_ASSIGN(auto received, agent().udp_recv(other, 1, arrival));
  ASSERT_THAT(received, testing::SizeIs(1));
  EXPECT_EQ(received[0].data, payload.bytes);
  ASSERT_OK(wire().until_sentinel());
  for (const int at : { socket, other }) {
    ASSERT_OK_AND_ASSIGN(auto none, agent().udp_recv(at, 1));
    EXPECT_THAT(none, testing::IsEmpty());
  }
}

TEST_P(Pass, MovedHeadIsSeenByTheStack)
{
  ASSERT_OK(load(pass));
  ASSERT_OK(attach_loaded());
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  for (int delta : { 4, 40, 200, -4, -40, -128 }) {
    SCOPED_TRACE(testing::Message() << "adjust_head " << delta);
    ASSERT_OK(configure({ .action = XDP_PASS, .adjust_head = delta }));
    const Frame frame = test_frame(nic(), delta, 512);
    expect_in_stack({ &frame, 1 }, socket, { with_head_adjusted(frame, delta) });
  }
  EXPECT_EQ(counter(VERDICT_HEAD_FAILED), 0u);
}

TEST_P(Pass, CutTailIsSeenByTheStack)
{
  expect_tails_moved({ -1, -400 }, 600);
}

TEST_P(Pass, GrownTailIsSeenByTheStack)
{
  expect_tails_moved({ 1, 100, 800 }, 600);
}

TEST_P(Pass, CutTailOfAJumboFrameIsSeenByTheStack)
{
  REQUIRE(jumbo);
  REQUIRE(cut_frags);
  ASSERT_OK(set_jumbo_mtu());
  expect_tails_moved({ -1, -1000, -3000 }, 5000);
}

TEST_P(Pass, GrownTailOfAJumboFrameIsSeenByTheStack)
{
  REQUIRE(jumbo);
  REQUIRE(grow_frags);
  ASSERT_OK(set_jumbo_mtu());
  expect_tails_moved({ 1, 300 }, 5000);
}

TEST_P(Pass, MetadataReachesATcProgramAndTheMark)
{
  REQUIRE(metadata);
  constexpr uint32_t mark = 0xfeedbeef;
  ASSERT_OK(attach({ .action = XDP_PASS, .meta_len = 32, .mark = mark }, { "meta_to_mark" }));
  ASSERT_OK(agent().tc_attach(ifname(), { "main", "meta_to_mark" }));
  ASSERT_OK_AND_ASSIGN(const int socket, udp_socket(port, true));
  for (size_t size : { 60, 1514 }) {
    const Frame frame = datagram_of(nic(), size);
    ASSERT_OK(wire().inject(frame));
    ASSERT_OK_AND_ASSIGN(auto received, agent().udp_recv(socket, 1, arrival));
    ASSERT_THAT(received, testing::SizeIs(1));
    EXPECT_EQ(received[0].mark, mark);
    EXPECT_EQ(received[0].data, dissect(frame).payload.bytes);
  }
  EXPECT_EQ(counter(VERDICT_TC_META), 2u);
}

TEST_P(Pass, VlanTagIsKept)
{
  REQUIRE(receive_any_vlan);
  constexpr uint16_t every_type = 0x0003; // ETH_P_ALL
  constexpr uint16_t id = 5;              // without priority: the stock driver masks that off
  ASSERT_OK(attach(pass));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff(0, every_type));
  const Payload payload = pattern(5, 100);
  ASSERT_OK(wire().inject(
      build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac }, Vlan{ .id = id }, payload)));
  ASSERT_OK_AND_ASSIGN(auto packets, agent().packet_recv(socket, 1, milliseconds(5000)));
  ASSERT_THAT(packets, testing::SizeIs(1));
  EXPECT_EQ(packets[0].vlan_tci, id);
  EXPECT_EQ(Frame{ packets[0].data },
            build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac }, payload));
}

VERDICT_ON_NICS_OF(verdicts, Pass);

} // namespace verdict
