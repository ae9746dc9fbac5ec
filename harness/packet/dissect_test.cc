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
  const Frame whole = build(Ethernet{}, Vlan{}, Ipv4{}, Udp{}, pattern(1, 10));
  for (size_t size = 0; size <= whole.size(); size++) {
    const Frame cut{ { whole.bytes.begin(), whole.bytes.begin() + static_cast<ptrdiff_t>(size) } };
    const Dissection seen = dissect(cut);
    EXPECT_EQ(seen.udp.has_value(), size >= 14u + 4 + 20 + 8) << size;
    EXPECT_EQ(seen.ethernet.has_value(), size >= 14) << size;
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
         build(Ethernet{}, Ipv4{ .protocol = 6 }, pattern(1, 20)), Frame{ { 1 } }, Frame{} })
    text += summary(frame) + "\n";
  expect_golden("summaries", text);
}

} // namespace

} // namespace verdict
