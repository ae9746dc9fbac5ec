// SPDX-License-Identifier: GPL-2.0-only
// The example "router": it forwards as the kernel does, whose forwarding is what it is measured by,
// and leaves to the stack what takes more.
#include <fmt/format.h>

#include "selftests/drivers/net/xdp/examples/router.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr uint16_t ethertype_ipv6 = 0x86dd;
constexpr uint8_t protocol_icmpv6 = 58, no_next_header = 59;
constexpr size_t ethernet_header = 14, ipv4_headers = 14 + 20 + 8, ipv6_header = 40;

using Bytes = std::vector<uint8_t>;

/// The network on a NIC's cable: fd00:0:0:i::/64. The host is its ::2.
std::string ipv6_network(size_t nic)
{
  return fmt::format("fd00:0:0:{}::", nic);
}

Bytes ipv6_host(size_t nic, uint8_t host = 2)
{
  return { 0xfd, 0, 0, 0, 0, 0, 0, static_cast<uint8_t>(nic), 0, 0, 0, 0, 0, 0, 0, host };
}

/// The address that NIC 1 asks from for IPv6 neighbours, if a case gives it one.
const Bytes link_local{ 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

Bytes joined(const std::vector<Bytes> &parts)
{
  Bytes all;
  for (const Bytes &part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A packet of IPv6, with some traffic class and flow label.
struct Ipv6 {
  Bytes src, dst;
  uint8_t next_header = no_next_header;
  uint8_t hop_limit = 64;
  Bytes payload = {};

  Frame in(Ethernet ethernet) const
  {
    const Bytes start{ 0x62,
                       0x81,
                       0x23,
                       0x45,
                       static_cast<uint8_t>(payload.size() >> 8),
                       static_cast<uint8_t>(payload.size()),
                       next_header,
                       hop_limit };
    ethernet.type = ethertype_ipv6;
    return build(ethernet, Payload{ joined({ start, src, dst, payload }) });
  }
};

/// Types of what neighbours ask and answer (RFC 4861).
constexpr uint8_t neighbour_solicitation = 135, neighbour_advertisement = 136;

/// The address that a frame asks for; empty if it is no question.
Bytes asked_for(const Frame &frame)
{
  constexpr size_t icmpv6 = ethernet_header + ipv6_header, target = icmpv6 + 8;
  if (frame.size() < target + 16 || frame[12] != 0x86 || frame[13] != 0xdd ||
      frame[ethernet_header + 6] != protocol_icmpv6 || frame[icmpv6] != neighbour_solicitation)
    return {};
  return { frame.data() + target, frame.data() + target + 16 };
}

/// The answer of who has an IPv6 address.
Frame advertisement(const NicAddress &nic, const Bytes &address, const MacAddress &mac)
{
  const Bytes solicited_and_override{ 0x60, 0, 0, 0 }, link_layer_address{ 2, 1 };
  Bytes message = joined({ { neighbour_advertisement, 0, 0, 0 },
                           solicited_and_override,
                           address,
                           link_layer_address,
                           { mac.bytes.begin(), mac.bytes.end() } });
  // The checksum covers a pseudo header, too (RFC 8200).
  const Bytes length_and_header{ 0, 0, 0, static_cast<uint8_t>(message.size()),
                                 0, 0, 0, protocol_icmpv6 };
  const uint16_t checksum =
      internet_checksum(joined({ address, link_local, length_and_header, message }));
  message[2] = checksum >> 8;
  message[3] = checksum & 0xff;
  return Ipv6{ .src = address,
               .dst = link_local,
               .next_header = protocol_icmpv6,
               .hop_limit = 255,
               .payload = message }
      .in({ .dst = nic.guest_mac, .src = mac });
}

/// An error of the stack has an identification of its own each time, and so another checksum.
Frame without_identification(Frame frame)
{
  if (dissect(frame).ipv4) {
    for (const size_t offset : { 18, 19, 24, 25 })
      frame[offset] = 0;
  }
  return frame;
}

} // namespace

class ExampleRouter : public ExampleTest {
protected:
  /// What comes out at each NIC.
  using Out = std::array<std::vector<Frame>, 3>;

  /// Has the stack forward between the cables of all NICs, and say nothing by itself.
  Result<void> make_router()
  {
    for (size_t i = 0; i < machine().nic_count(); i++) {
      const std::string &name = ifname(i), network = ipv6_network(i),
                        ipv6 = "/proc/sys/net/ipv6/conf/" + name;
      // A router joins groups, and tells of it.
      TRY(agent().run_ok({ "ip", "link", "set", name, "multicast", "off" }));
      // fq_codel puts flows in another order, and drops what has waited too long for the NIC.
      TRY(agent().run_ok({ "tc", "qdisc", "replace", "dev", name, "root", "pfifo" }));
      TRY(agent().write(ipv6 + "/addr_gen_mode", "1"));
      TRY(agent().write(ipv6 + "/disable_ipv6", "0"));
      TRY(agent().run_ok({ "ip", "route", "add", network + "/64", "dev", name }));
      TRY(agent().run_ok({ "ip", "neigh", "add", network + "2", "lladdr", nic(i).host_mac.text(),
                           "dev", name, "nud", "permanent" }));
      // It asks once.
      for (const char *ip : { "ipv4", "ipv6" })
        TRY(agent().write(fmt::format("/proc/sys/net/{}/neigh/{}/retrans_time_ms", ip, name),
                          "60000"));
    }
    // The address that its errors come from.
    TRY(agent().write("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "0"));
    TRY(agent().run_ok({ "ip", "link", "set", "lo", "up" }));
    TRY(agent().run_ok({ "ip", "addr", "add", "fd00::1/128", "dev", "lo" }));
    for (const auto &[file, value] :
         std::vector<std::pair<std::string, std::string>>{ { "ipv4/ip_forward", "1" },
                                                           { "ipv6/conf/all/forwarding", "1" },
                                                           { "ipv4/icmp_ratemask", "0" },
                                                           { "ipv6/icmp/ratelimit", "0" } })
      TRY(agent().write("/proc/sys/net/" + file, value));
    return {};
  }

  /// Attaches the program to every NIC.
  Result<void> start()
  {
    TRY(load_example("router", { "router" }));
    for (size_t i = 0; i < machine().nic_count(); i++) {
      TRY(set("ports", ifindex(i), ifindex(i)));
      TRY(attach_example("router", i));
    }
    return {};
  }

  /// A datagram of `size` bytes in all from one cable's host to another's, on its first hop.
  Frame ipv4(size_t from, size_t to, size_t size, Ipv4 ip = {}) const
  {
    ip.src = nic(from).host_ip;
    if (ip.dst == Ipv4Address{})
      ip.dst = nic(to).host_ip;
    return build(Ethernet{ .dst = nic(from).guest_mac, .src = nic(from).host_mac }, ip,
                 Udp{ .src_port = 1000, .dst_port = 2000 }, pattern(size, size - ipv4_headers));
  }

  Frame ipv6(size_t from, size_t to, size_t size, uint8_t hop_limit = 64) const
  {
    return Ipv6{ .src = ipv6_host(from),
                 .dst = ipv6_host(to),
                 .hop_limit = hop_limit,
                 .payload = pattern(size, size - ethernet_header - ipv6_header).bytes }
        .in({ .dst = nic(from).guest_mac, .src = nic(from).host_mac });
  }

  /// The datagram whose checksum becomes 0 when its TTL goes down. (0xffff would say the same.)
  Frame with_checksum_that_wraps(size_t from, size_t to) const
  {
    // A checksum falls by what a word grows, in one's complement: this one to 0xfeff.
    const uint32_t id = dissect(ipv4(from, to, 100, { .id = 0 })).ipv4->checksum.value() + 0x0100;
    return ipv4(from, to, 100, { .id = static_cast<uint16_t>((id & 0xffff) + (id >> 16)) });
  }

  /// What can be forwarded from one cable to another.
  std::vector<Frame> plain(size_t from, size_t to) const
  {
    std::vector<Frame> frames;
    for (const size_t size : { 60, 61, 64, 127, 500, 1513, 1514 }) {
      frames.push_back(ipv4(from, to, size));
      frames.push_back(ipv6(from, to, size));
    }
    frames.push_back(ipv4(from, to, 100, { .ttl = 2 }));
    frames.push_back(
        ipv4(from, to, 100, { .ttl = 255, .tos = 0x2d, .id = 7, .dont_fragment = false }));
    frames.push_back(ipv4(from, to, 100, { .id = 8, .more_fragments = true }));
    frames.push_back(ipv4(from, to, 100, { .id = 8, .fragment_offset = 10 }));
    frames.push_back(with_checksum_that_wraps(from, to));
    frames.push_back(ipv6(from, to, 100, 2));
    return frames;
  }

  /// What comes out at the other two cables of what can be forwarded to them.
  Result<Out> forwarded(size_t from)
  {
    std::vector<Frame> frames;
    Out out;
    for (size_t to = 0; to < out.size(); to++) {
      if (to == from)
        continue;
      const auto some = plain(from, to);
      frames.insert(frames.end(), some.begin(), some.end());
    }
    TRY(wire(from).inject(frames));
    for (size_t to = 0; to < out.size(); to++) {
      if (to == from)
        continue;
      out[to] = TRY(wire(to).collect(plain(from, to).size()));
    }
    out[from] = TRY(wire(from).until_sentinel());
    return out;
  }

  /// What comes out everywhere of a frame from the first cable that the stack deals with.
  Result<Out> stack_makes_of(const Frame &frame)
  {
    Out out;
    out[0] = TRY(wire(0).exchange(frame));
    for (const size_t i : { 1, 2 })
      out[i] = TRY(wire(i).until_sentinel());
    for (auto &frames : out)
      std::transform(frames.begin(), frames.end(), frames.begin(), without_identification);
    return out;
  }

  /// The next frame at the second cable but for what a router tells of groups that it has joined.
  Result<Frame> next_out()
  {
    const MacAddress all_mldv2_routers{ { 0x33, 0x33, 0, 0, 0, 0x16 } };
    Frame frame;
    do
      frame = TRY(wire(1).receive());
    while (dissect(frame).ethernet->dst == all_mldv2_routers);
    return frame;
  }

  /// A frame from the first cable to a neighbour on the second: it waits in the stack, which asks
  /// for the neighbour. With the answer it goes on, and the same frame then is the program's.
  /// `is_question` says whether a frame asks for that neighbour.
  void expect_asked_once(const Frame &sent, const Frame &expected,
                         const std::function<bool(const Frame &)> &is_question, const Frame &answer)
  {
    ASSERT_OK(wire(0).inject(sent));
    ASSERT_OK_AND_ASSIGN(const Frame question, next_out());
    ASSERT_TRUE(is_question(question)) << summary(question);
    ASSERT_OK(wire(1).inject(answer));
    ASSERT_OK_AND_ASSIGN(const Frame first, next_out());
    EXPECT_THAT(std::vector{ first }, AreFrames({ expected }));
    EXPECT_EQ(counted(ROUTER_NO_NEIGHBOUR), 1u);
    EXPECT_EQ(counted(ROUTER_FORWARDED), 0u);

    ASSERT_OK(wire(0).inject(sent));
    ASSERT_OK_AND_ASSIGN(const Frame second, next_out());
    EXPECT_THAT(std::vector{ second }, AreFrames({ expected }));
    EXPECT_EQ(counted(ROUTER_NO_NEIGHBOUR), 1u);
    EXPECT_EQ(counted(ROUTER_FORWARDED), 1u);
  }

  /// A frame as it leaves by the second cable to a neighbour there.
  Frame to_neighbour(Frame frame, const MacAddress &mac) const
  {
    std::copy(mac.bytes.begin(), mac.bytes.end(), frame.data());
    std::copy_n(nic(1).guest_mac.bytes.begin(), 6, frame.data() + 6);
    return frame;
  }

  void expect_same(const Out &out, const Out &expected)
  {
    for (size_t i = 0; i < out.size(); i++) {
      SCOPED_TRACE(wire(i).name());
      EXPECT_THAT(out[i], AreFrames(expected[i]));
    }
  }
};

// Between all three NICs, IPv4 and IPv6: first the kernel forwards the frames, then the program
// forwards the same ones. What comes out is the same, byte for byte.
TEST_P(ExampleRouter, ForwardsAsTheKernelDoes)
{
  ASSERT_OK(make_router());
  std::array<Out, 3> by_kernel;
  for (size_t from = 0; from < by_kernel.size(); from++) {
    ASSERT_OK_AND_ASSIGN(by_kernel[from], forwarded(from));
  }
  ASSERT_OK(start());
  size_t count = 0;
  for (size_t from = 0; from < by_kernel.size(); from++) {
    SCOPED_TRACE("from " + wire(from).name());
    ASSERT_OK_AND_ASSIGN(const Out by_program, forwarded(from));
    expect_same(by_program, by_kernel[from]);
    for (size_t to = 0; to < by_kernel.size(); to++) {
      EXPECT_EQ(by_kernel[from][to].size(), to == from ? 0 : plain(from, to).size());
      count += by_program[to].size();
    }
  }
  EXPECT_EQ(counted(ROUTER_FORWARDED), count);
}

// A TTL that has run out, a packet too long for the next network, no route, a port that is not the
// program's: the stack gets the frame as it came, and answers as it does without a program. What
// just fits the next network is forwarded.
TEST_P(ExampleRouter, LeavesToTheStackWhatTakesMore)
{
  constexpr unsigned mtu = 1280;
  constexpr size_t fits = ethernet_header + mtu;
  const Ipv4Address nowhere{ { 192, 0, 2, 1 } };
  struct Left {
    const char *what;
    Frame frame;
    router_counter reason;
    size_t back, out; ///< how many frames the stack sends to NIC 0, and to NIC 1
  };
  const Left all[] = {
    { "TTL 1", ipv4(0, 1, 100, { .ttl = 1 }), ROUTER_EXPIRED, 1, 0 },
    { "hop limit 1", ipv6(0, 1, 100, 1), ROUTER_EXPIRED, 1, 0 },
    { "IPv4, too long, may not be cut", ipv4(0, 1, fits + 1), ROUTER_TOO_LONG, 1, 0 },
    { "IPv4, too long, may be cut", ipv4(0, 1, fits + 1, { .dont_fragment = false }),
      ROUTER_TOO_LONG, 0, 2 },
    { "IPv6, too long", ipv6(0, 1, fits + 1), ROUTER_TOO_LONG, 1, 0 },
    { "no route", ipv4(0, 1, 100, { .dst = nowhere }), ROUTER_OTHER, 1, 0 },
  };
  ASSERT_OK(make_router());
  ASSERT_OK(set_mtu(mtu, 1));
  std::vector<Out> by_kernel;
  for (const Left &left : all) {
    SCOPED_TRACE(left.what);
    ASSERT_OK_AND_ASSIGN(Out out, stack_makes_of(left.frame));
    ASSERT_THAT(out[0], testing::SizeIs(left.back));
    ASSERT_THAT(out[1], testing::SizeIs(left.out));
    by_kernel.push_back(std::move(out));
  }

  ASSERT_OK(start());
  for (size_t i = 0; i < std::size(all); i++) {
    SCOPED_TRACE(all[i].what);
    const uint64_t before = counted(all[i].reason);
    ASSERT_OK_AND_ASSIGN(const Out out, stack_makes_of(all[i].frame));
    expect_same(out, by_kernel[i]);
    // The sentinels are frames for this machine.
    const uint64_t others = all[i].reason == ROUTER_OTHER ? 6 : 0;
    EXPECT_EQ(counted(all[i].reason), before + 1 + others);
  }
  EXPECT_EQ(counted(ROUTER_FORWARDED), 0u);
  for (const Frame &frame : { ipv4(0, 1, fits), ipv6(0, 1, fits) }) {
    ASSERT_OK(wire(0).inject(frame));
    ASSERT_OK_AND_ASSIGN(const auto out, wire(1).collect(1));
    EXPECT_THAT(out, testing::SizeIs(1));
  }
  EXPECT_EQ(counted(ROUTER_FORWARDED), 2u);
}

// The first datagram to a neighbour that nobody knows makes the stack ask by ARP, and waits there;
// the next one takes the quick way.
TEST_P(ExampleRouter, TheStackAsksForANeighbourAndTheProgramThenKnowsIt)
{
  const MacAddress mac{ { 2, 0, 0, 0, 1, 9 } };
  const Ipv4Address address{ { 10, 0, 1, 9 } };
  ASSERT_OK(make_router());
  ASSERT_OK(start());
  expect_asked_once(
      ipv4(0, 1, 200, { .dst = address }),
      to_neighbour(ipv4(0, 1, 200, { .dst = address, .ttl = 63 }), mac),
      [&](const Frame &frame) {
        const auto arp = dissect(frame).arp;
        return arp && arp->target_ip == address;
      },
      padded(build(Ethernet{ .dst = nic(1).guest_mac, .src = mac },
                   Arp{ .operation = 2,
                        .sender_mac = mac,
                        .sender_ip = address,
                        .target_mac = nic(1).guest_mac,
                        .target_ip = nic(1).guest_ip })));
}

// The same with IPv6, where it asks by neighbour discovery.
TEST_P(ExampleRouter, TheStackAsksForAnIpv6NeighbourAndTheProgramThenKnowsIt)
{
  constexpr uint8_t host = 9;
  const MacAddress mac{ { 2, 0, 0, 0, 1, host } };
  const Bytes address = ipv6_host(1, host);
  const auto datagram = [&](uint8_t hop_limit) {
    return Ipv6{
      .src = ipv6_host(0), .dst = address, .hop_limit = hop_limit, .payload = pattern(1, 100).bytes
    }
        .in({ .dst = nic(0).guest_mac, .src = nic(0).host_mac });
  };
  ASSERT_OK(make_router());
  ASSERT_OK(agent().run_ok({ "ip", "addr", "add", "fe80::1/64", "dev", ifname(1), "nodad" }));
  ASSERT_OK(start());
  expect_asked_once(
      datagram(64), to_neighbour(datagram(63), mac),
      [&](const Frame &frame) { return asked_for(frame) == address; },
      advertisement(nic(1), address, mac));
}

VERDICT_ON_NICS_OF(examples, ExampleRouter);

} // namespace verdict
