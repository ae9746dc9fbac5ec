// SPDX-License-Identifier: GPL-2.0-only
#include "packet/dissect.h"

#include <gmock/gmock.h>

#include "packet/matchers.h"
#include "tests/golden.h"

namespace verdict {

namespace {

const NicAddress nic = NicAddress::of(0);

TEST(Dissect, FieldsCoverEveryByteOnce)
{
  for (const Frame &frame :
       { arp_request(nic), udp_frame(nic, 1, 2, pattern(1, 3)), padded(udp_frame(nic, 1, 2, {})),
         echo_request(nic, 1, 2, pattern(1, 9)), test_frame(nic, 1), Frame{ { 1, 2, 3 } },
         build(Ethernet{}, Ipv4{}, Tcp{ .options = { 1, 3, 3, 7 } }, pattern(1, 5)),
         build(Ethernet{}, Vlan{}, Vlan{}, Ipv4{ .header_words = 7 }, pattern(1, 30)) }) {
    SCOPED_TRACE(summary(frame));
    size_t offset = 0;
    for (const Field &field : dissect(frame).fields) {
      EXPECT_EQ(field.offset, offset) << field.name;
      offset += field.size;
    }
    EXPECT_EQ(offset, frame.size());
  }
}

TEST(Dissect, PaddingIsNoPayload)
{
  const Dissection seen = dissect(padded(udp_frame(nic, 1, 2, { { 7, 8 } })));
  EXPECT_THAT(seen.payload.bytes, testing::ElementsAre(7, 8));
  EXPECT_EQ(seen.field_at(43), "payload");
  EXPECT_EQ(seen.field_at(44), "padding");
  EXPECT_EQ(seen.field_at(60), "beyond the end");
}

TEST(Dissect, SurvivesEveryCut)
{
  const auto cut = [](const Frame &whole, size_t size) {
    return Frame{ { whole.bytes.begin(), whole.bytes.begin() + static_cast<ptrdiff_t>(size) } };
  };
  const Frame udp = build(Ethernet{}, Vlan{}, Ipv4{}, Udp{}, pattern(1, 10));
  for (size_t size = 0; size <= udp.size(); size++) {
    const Dissection seen = dissect(cut(udp, size));
    EXPECT_EQ(seen.udp.has_value(), size >= 14u + 4 + 20 + 8) << size;
    EXPECT_EQ(seen.ethernet.has_value(), size >= 14) << size;
  }
  const Frame tcp = build(Ethernet{}, Ipv4{}, Tcp{ .options = { 2, 4, 5, 6 } }, pattern(1, 10));
  for (size_t size = 0; size <= tcp.size(); size++)
    EXPECT_EQ(dissect(cut(tcp, size)).tcp.has_value(), size >= 14u + 20 + 20) << size;
}

TEST(Dissect, KnowsTcpAndItsOptions)
{
  const Tcp sent{ .src_port = 1,
                  .dst_port = 2,
                  .sequence = 0x89abcdef,
                  .acknowledgement = 0xfedcba98,
                  .flags = tcp_syn | tcp_ack,
                  .window = 3,
                  .options = { 2, 4, 5, 6, 1, 3, 3, 7 } };
  const Dissection seen = dissect(padded(build(Ethernet{}, Ipv4{}, sent, Payload{ { 9 } })));
  ASSERT_TRUE(seen.tcp);
  EXPECT_EQ(seen.tcp->src_port, sent.src_port);
  EXPECT_EQ(seen.tcp->dst_port, sent.dst_port);
  EXPECT_EQ(seen.tcp->sequence, sent.sequence);
  EXPECT_EQ(seen.tcp->acknowledgement, sent.acknowledgement);
  EXPECT_EQ(seen.tcp->flags, sent.flags);
  EXPECT_EQ(seen.tcp->window, sent.window);
  EXPECT_EQ(seen.tcp->options, sent.options);
  EXPECT_THAT(seen.payload.bytes, testing::ElementsAre(9));
  EXPECT_THAT(seen.ill, testing::IsEmpty());
}

TEST(Dissect, SurvivesATcpHeaderThatLies)
{
  for (const uint8_t words : { 0, 4, 6, 15 }) {
    Frame frame = build(Ethernet{}, Ipv4{}, Tcp{ .checksum = 0 });
    frame[14 + 20 + 12] = static_cast<uint8_t>(words << 4);
    EXPECT_THAT(dissect(frame).ill,
                testing::ElementsAre("bad TCP checksum", "bad TCP data offset"));
  }
}

TEST(Dissect, NoticesFlippedBits)
{
  Frame frame = udp_frame(nic, 1, 2, pattern(1, 10));
  frame[50] ^= 1;
  EXPECT_THAT(dissect(frame).ill, testing::ElementsAre("bad UDP checksum"));
  frame = udp_frame(nic, 1, 2, pattern(1, 10));
  frame[22] ^= 1;
  EXPECT_THAT(dissect(frame).ill, testing::ElementsAre("bad IPv4 checksum"));
}

TEST(Dissect, SummariesAreFitForPeople)
{
  std::string text;
  Frame broken = echo_request(nic, 0x5e17, 9, pattern(1, 8));
  broken[40] ^= 0xff;
  for (const Frame &frame :
       { arp_request(nic), arp_reply(nic), test_frame(nic, 1), udp_frame(nic, 1, 2, pattern(1, 4)),
         echo_request(nic, 0x5e17, 9, pattern(1, 8)), broken,
         build(Ethernet{}, Vlan{ .id = 9, .priority = 6 }, Arp{ .operation = 8 }),
         build(Ethernet{}, Ipv4{}, Tcp{ .src_port = 5, .dst_port = 6, .flags = tcp_syn }),
         build(Ethernet{}, Ipv4{ .protocol = 47 }, pattern(1, 20)), Frame{ { 1 } }, Frame{} })
    text += summary(frame) + "\n";
  expect_golden("summaries", text);
}

} // namespace

} // namespace verdict
