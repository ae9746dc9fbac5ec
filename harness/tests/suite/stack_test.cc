// SPDX-License-Identifier: GPL-2.0-only
// The stack behind the NIC answers. Without an XDP program this tests the ground the others stand
// on.
#include "tests/suite/fixture.h"

namespace verdict {

class Stack : public NicTest {};

TEST_P(Stack, AnswersArp)
{
  for (unsigned i = 0; i < machine().nic_count(); i++) {
    SCOPED_TRACE(wire(i).name());
    ASSERT_OK_AND_ASSIGN(auto frames, wire(i).exchange(arp_request(nic(i))));
    EXPECT_THAT(padded(frames), AreFrames({ arp_reply(nic(i)) }));
  }
}

TEST_P(Stack, AnswersEcho)
{
  const Payload payload = pattern(1, 200);
  ASSERT_OK_AND_ASSIGN(auto frames, wire().exchange(echo_request(nic(), 0x1234, 7, payload)));
  ASSERT_THAT(frames, testing::SizeIs(1));

  const Dissection reply = dissect(frames[0]);
  ASSERT_TRUE(reply.icmp_echo) << summary(frames[0]);
  EXPECT_THAT(reply.ill, testing::IsEmpty());
  EXPECT_EQ(reply.icmp_echo->type, 0);
  EXPECT_EQ(reply.icmp_echo->id, 0x1234);
  EXPECT_EQ(reply.icmp_echo->sequence, 7);
  EXPECT_EQ(reply.ethernet->dst, nic().host_mac);
  EXPECT_EQ(reply.ethernet->src, nic().guest_mac);
  EXPECT_EQ(reply.ipv4->dst, nic().host_ip);
  EXPECT_EQ(reply.payload.bytes, payload.bytes);
}

VERDICT_ON_NICS_OF(verdicts, Stack);

} // namespace verdict
