// SPDX-License-Identifier: GPL-2.0-only
#include "playground/frame_text.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "packet/builder.h"
#include "packet/dissect.h"
#include "packet/matchers.h"
#include "playground/command.h"

namespace verdict::playground {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const NicAddress nic = NicAddress::of(0);

/// Takes the frame from where a person writes it.
Result<Frame> frame_of(const std::string &text)
{
  const Command command = TRY(parse_command("send " + text));
  return parse_frame(std::get<Send>(command).frame, nic);
}

void expect_frame(const std::string &text, const Frame &expected)
{
  ASSERT_OK_AND_ASSIGN(const Frame frame, frame_of(text));
  EXPECT_EQ(frame, expected) << text;
}

std::string error_of(const std::string &text)
{
  const auto frame = frame_of(text);
  return frame ? "no error: " + summary(*frame) : frame.error().message;
}

TEST(FrameText, WhatIsLeftOutIsRight)
{
  expect_frame("udp", udp_frame(nic, 1024, 1024, {}));
  expect_frame("ping", echo_request(nic, 1, 1, {}));
  expect_frame(
      "test", build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac, .type = ethertype_test }));
  for (const char *text : { "udp", "tcp", "ping", "arp", "udp vlan=5 text=hello" }) {
    ASSERT_OK_AND_ASSIGN(const Frame frame, frame_of(text));
    EXPECT_THAT(dissect(frame).ill, IsEmpty()) << text;
  }
}

TEST(FrameText, ArpAsksEverybodyForTheGuest)
{
  ASSERT_OK_AND_ASSIGN(const Frame frame, frame_of("arp"));
  EXPECT_EQ(padded(frame), arp_request(nic));
}

TEST(FrameText, SetsWhatIsSaid)
{
  ASSERT_OK_AND_ASSIGN(
      const Frame frame,
      frame_of("tcp src=192.168.1.2 dst=10.9.8.7 ttl=3 sport=80 dport=0x1f90 seq=7 ack=8 "
               "flags=syn,ack smac=02:00:00:00:00:aa dmac=ff:ff:ff:ff:ff:ff text=hello"));
  EXPECT_EQ(frame,
            build(Ethernet{ .dst = broadcast_mac, .src = { { 2, 0, 0, 0, 0, 0xaa } } },
                  Ipv4{ .src = { { 192, 168, 1, 2 } }, .dst = { { 10, 9, 8, 7 } }, .ttl = 3 },
                  Tcp{ .src_port = 80,
                       .dst_port = 8080,
                       .sequence = 7,
                       .acknowledgement = 8,
                       .flags = tcp_syn | tcp_ack },
                  Payload{ { 'h', 'e', 'l', 'l', 'o' } }));
}

TEST(FrameText, QuotedTextHasBlanks)
{
  ASSERT_OK_AND_ASSIGN(const Frame frame, frame_of("udp text='a b'"));
  EXPECT_EQ(dissect(frame).payload.bytes, (std::vector<uint8_t>{ 'a', ' ', 'b' }));
}

TEST(FrameText, TagsAFrame)
{
  expect_frame("test vlan=7 type=0x1234",
               build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
                     Vlan{ .id = 7, .type = 0x1234 }));
  expect_frame("udp vlan=0", build(Ethernet{ .dst = nic.guest_mac, .src = nic.host_mac },
                                   Vlan{ .id = 0 }, Ipv4{ .src = nic.host_ip, .dst = nic.guest_ip },
                                   Udp{ .src_port = 1024, .dst_port = 1024 }));
}

TEST(FrameText, SizeIsTheFrames)
{
  for (const size_t size : { 42, 60, 1514, 9014 }) {
    ASSERT_OK_AND_ASSIGN(const Frame frame, frame_of("udp size=" + std::to_string(size)));
    EXPECT_EQ(frame.size(), size);
    EXPECT_THAT(dissect(frame).ill, IsEmpty());
  }
  EXPECT_THAT(error_of("udp size=41"), HasSubstr("too small"));
  EXPECT_THAT(error_of("udp size=100000"), HasSubstr("up to 16384"));
  EXPECT_THAT(error_of("udp size=100 text=a"), HasSubstr("either"));
}

TEST(FrameText, HexIsTheFrameItself)
{
  expect_frame("hex 5254 00000000 0200000000Aa 88b5",
               Frame{ { 0x52, 0x54, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0xaa, 0x88, 0xb5 } });
  EXPECT_THAT(error_of("hex"), HasSubstr("1 to"));
  EXPECT_THAT(error_of("hex 5"), HasSubstr("odd"));
  EXPECT_THAT(error_of("hex zz"), HasSubstr("hex digit"));
}

TEST(FrameText, NamesWhatIsWrong)
{
  EXPECT_THAT(error_of("udb"), HasSubstr("\"udb\" is no kind of frame"));
  EXPECT_THAT(error_of("udp flags=syn"), HasSubstr("udp has no flags="));
  EXPECT_THAT(error_of("udp dport"), HasSubstr("\"dport\" is no name=value"));
  EXPECT_THAT(error_of("udp dport=1 dport=2"), HasSubstr("dport is there twice"));
  EXPECT_THAT(error_of("udp dport=65536"), HasSubstr("up to 65535"));
  EXPECT_THAT(error_of("udp dport=-1"), HasSubstr("must be a number"));
  EXPECT_THAT(error_of("udp dport="), HasSubstr("must be a number"));
  EXPECT_THAT(error_of("udp ttl=256"), HasSubstr("up to 255"));
  EXPECT_THAT(error_of("udp vlan=4096"), HasSubstr("up to 4095"));
  EXPECT_THAT(error_of("udp src=10.0.0"), HasSubstr("4 parts"));
  EXPECT_THAT(error_of("udp src=10.0.0.256"), HasSubstr("\"256\""));
  EXPECT_THAT(error_of("udp smac=02:00:00:00:00:0g"), HasSubstr("\"0g\""));
  EXPECT_THAT(error_of("tcp flags=syn,ak"), HasSubstr("\"ak\" is no flag"));
}

} // namespace

} // namespace verdict::playground
