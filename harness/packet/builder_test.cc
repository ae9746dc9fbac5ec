// SPDX-License-Identifier: GPL-2.0-only
#include "packet/builder.h"

#include <set>

#include <gmock/gmock.h>

#include "packet/dissect.h"
#include "packet/matchers.h"

namespace verdict {

namespace {

const NicAddress nic = NicAddress::of(3);

Frame bytes(std::initializer_list<uint8_t> list)
{
  return { std::vector<uint8_t>(list) };
}

TEST(Builder, MakesAnArpRequestByteForByte)
{
  EXPECT_THAT(arp_request(nic),
              IsFrame(padded(bytes({
                  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 3, // addresses
                  0x08, 0x06,                                              // ARP
                  0,    1,    0x08, 0,    6,    4,    0,    1,             // request
                  0x02, 0,    0,    0,    0,    3,    10,   0, 3, 2,       // sender
                  0,    0,    0,    0,    0,    0,    10,   0, 3, 1,       // target
              }))));
}

// The header of this datagram and its checksums were summed up by hand.
TEST(Builder, MakesAUdpDatagramByteForByte)
{
  const Frame frame = build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
                            Ipv4{ .src = { { 10, 0, 3, 2 } }, .dst = { { 10, 0, 3, 1 } } },
                            Udp{ .src_port = 0x1234, .dst_port = 0x5678 }, Payload{ { 0xab } });
  EXPECT_THAT(frame, IsFrame(bytes({
                         0x52, 0x54, 0,    0,    0,  3, 0x02, 0,    0,  0,  0, 3, // addresses
                         0x08, 0x00,                                              // IPv4
                         0x45, 0,    0,    29,   0,  0, 0x40, 0,    64, 17,       //
                         0x20, 0xce,                                              // checksum
                         10,   0,    3,    2,    10, 0, 3,    1,                  //
                         0x12, 0x34, 0x56, 0x78, 0,  9, 0xd2, 0x2c,               // UDP
                         0xab,
                     })));
}

// The checksum was summed up by hand here as well.
TEST(Builder, MakesATcpSegmentByteForByte)
{
  const Frame frame = build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
                            Ipv4{ .src = { { 10, 0, 3, 2 } }, .dst = { { 10, 0, 3, 1 } } },
                            Tcp{ .src_port = 0x1234,
                                 .dst_port = 0x5678,
                                 .sequence = 0x01020304,
                                 .flags = tcp_syn,
                                 .window = 0x2000,
                                 .options = { 2, 4, 5, 0xb4 } });
  EXPECT_THAT(frame, IsFrame(bytes({
                         0x52, 0x54, 0,    0,    0,    3, 0x02, 0, 0,  0, 0, 3, // addresses
                         0x08, 0x00,                                            // IPv4
                         0x45, 0,    0,    44,   0,    0, 0x40, 0, 64, 6,       //
                         0x20, 0xca,                                            // checksum
                         10,   0,    3,    2,    10,   0, 3,    1,              //
                         0x12, 0x34, 0x56, 0x78, 1,    2, 3,    4,              // TCP
                         0,    0,    0,    0,    0x60, 2, 0x20, 0,              //
                         0xf1, 0x71, 0,    0,                                   // checksum
                         2,    4,    5,    0xb4,                                // MSS
                     })));
}

TEST(Builder, FillsInTypesFromWhatFollows)
{
  const Frame frame = build(Ethernet{}, Vlan{ .id = 5, .tpid = ethertype_qinq },
                            Vlan{ .id = 7, .priority = 3 }, Ipv4{}, IcmpEcho{});
  const Dissection seen = dissect(frame);
  ASSERT_TRUE(seen.icmp_echo);
  EXPECT_EQ(seen.ethernet->type, ethertype_qinq);
  ASSERT_THAT(seen.vlans, testing::SizeIs(2));
  EXPECT_EQ(seen.vlans[0].id, 5);
  EXPECT_EQ(seen.vlans[0].type, ethertype_vlan);
  EXPECT_EQ(seen.vlans[1].id, 7);
  EXPECT_EQ(seen.vlans[1].priority, 3);
  EXPECT_EQ(seen.vlans[1].type, ethertype_ipv4);
  EXPECT_EQ(seen.ipv4->protocol, protocol_icmp);
}

TEST(Builder, ChecksumsAreRightForEverySize)
{
  for (size_t size = 0; size < 64; size++) {
    SCOPED_TRACE(size);
    EXPECT_THAT(dissect(udp_frame(nic, 1, 2, pattern(size, size))).ill, testing::IsEmpty());
    EXPECT_THAT(dissect(echo_request(nic, 1, 2, pattern(size, size))).ill, testing::IsEmpty());
    EXPECT_THAT(dissect(build(Ethernet{}, Ipv4{}, Tcp{}, pattern(size, size))).ill,
                testing::IsEmpty());
  }
}

TEST(Builder, PutsWrongFieldsOnTheWireAsGiven)
{
  const Frame frame =
      build(Ethernet{ .type = ethertype_ipv4 }, Ipv4{ .total_length = 9, .checksum = 0xbeef },
            Udp{ .length = 3, .checksum = 0x0102 });
  EXPECT_EQ(frame.size(), 14u + 20 + 8);
  EXPECT_EQ(frame[17], 9);
  EXPECT_EQ(frame[24], 0xbe);
  EXPECT_EQ(frame[25], 0xef);
  EXPECT_EQ(frame[39], 3);
  EXPECT_EQ(frame[40], 1);
  EXPECT_EQ(frame[41], 2);
  EXPECT_THAT(dissect(frame).ill,
              testing::ElementsAre("bad IPv4 checksum", "bad IPv4 total length", "bad UDP length"));
}

TEST(Builder, AUdpChecksumOfZeroIsSentAsAllOnes)
{
  // Find a payload whose sum is zero: one of all 16-bit values must be.
  for (unsigned value = 0; value <= 0xffff; value++) {
    const Payload payload{ { static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value) } };
    const Frame frame = udp_frame(nic, 1, 2, payload);
    if (frame[40] == 0xff && frame[41] == 0xff) {
      EXPECT_THAT(dissect(frame).ill, testing::IsEmpty());
      return;
    }
    ASSERT_FALSE(frame[40] == 0 && frame[41] == 0) << "0 means that there is no checksum";
  }
  FAIL() << "no payload has this checksum";
}

// RFC 1071, section 3: the sum of these bytes is ddf2.
TEST(Checksum, IsThatOfTheRfcsExample)
{
  const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
  EXPECT_EQ(internet_checksum(example), static_cast<uint16_t>(~0xddf2));
}

TEST(Pattern, DependsOnItsSeedOnly)
{
  EXPECT_EQ(pattern(1, 1000).bytes, pattern(1, 1000).bytes);
  std::set<std::vector<uint8_t>> seen;
  for (uint64_t seed = 0; seed < 1000; seed++)
    seen.insert(pattern(seed, 16).bytes);
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Pattern, AShiftShowsAtOnce)
{
  const auto whole = pattern(4, 1500).bytes;
  for (size_t shift = 1; shift < 600; shift++) {
    const std::vector<uint8_t> head(whole.begin(), whole.begin() + 16);
    const std::vector<uint8_t> moved(whole.begin() + static_cast<ptrdiff_t>(shift),
                                     whole.begin() + static_cast<ptrdiff_t>(shift) + 16);
    ASSERT_NE(head, moved) << "shifted by " << shift;
  }
}

TEST(Frames, HaveTheSizeAskedFor)
{
  for (const size_t size : { 14, 60, 1514, 9014 })
    EXPECT_EQ(test_frame(nic, 1, size).size(), size);
  EXPECT_EQ(padded(test_frame(nic, 1, 14)).size(), min_frame_size);
  EXPECT_EQ(padded(test_frame(nic, 1, 61)).size(), 61u);
}

TEST(Frames, SwapTheirAddressesOnly)
{
  const Frame frame = test_frame(nic, 1), back = swapped(frame);
  EXPECT_EQ(dissect(back).ethernet->dst, nic.host_mac);
  EXPECT_EQ(dissect(back).ethernet->src, nic.guest_mac);
  EXPECT_EQ(dissect(back).payload.bytes, dissect(frame).payload.bytes);
  EXPECT_EQ(swapped(back), frame);
}

} // namespace

} // namespace verdict
