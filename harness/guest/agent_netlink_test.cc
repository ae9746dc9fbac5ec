// SPDX-License-Identifier: GPL-2.0-only
// The agent's netlink against answers that a test puts on the socket beforehand.
#include "guest/agent_netlink.h"

#include <sys/socket.h>

#include <gmock/gmock.h>

#include "base/bytes.h"
#include "base/gtest_result.h"

namespace verdict::guest {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint16_t listed = NLMSG_MIN_TYPE;

class NetlinkTest : public testing::Test {
protected:
  void SetUp() override
  {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    netlink_.emplace(Fd(ends[0]));
    kernel_ = Fd(ends[1]);
  }

  /// A message of the answer to the request with this number.
  void answer(uint32_t request, uint16_t type, uint16_t flags, std::string_view payload)
  {
    const nlmsghdr header{ .nlmsg_len = static_cast<uint32_t>(sizeof(nlmsghdr) + payload.size()),
                           .nlmsg_type = type,
                           .nlmsg_flags = flags,
                           .nlmsg_seq = request,
                           .nlmsg_pid = 0 };
    std::string message(reinterpret_cast<const char *>(&header), sizeof(header));
    message += payload;
    ASSERT_EQ(::send(kernel_.get(), message.data(), message.size(), MSG_DONTWAIT),
              static_cast<ssize_t>(message.size()));
  }

  void answer_with_errno(uint32_t request, uint16_t type, int error)
  {
    nlmsgerr ack{};
    ack.error = -error;
    answer(request, type, 0, { reinterpret_cast<const char *>(&ack), sizeof(ack) });
  }

  /// Asks for a list; what comes is in got_.
  Result<void> list()
  {
    NetlinkRequest request(listed, NLM_F_DUMP, {});
    return netlink_->call(request, [this](std::span<const uint8_t> message) {
      got_.emplace_back(message.begin(), message.end());
    });
  }

  std::optional<Netlink> netlink_;
  Fd kernel_;
  std::vector<std::string> got_;
};

TEST_F(NetlinkTest, GivesAllMessages)
{
  answer(1, listed, NLM_F_MULTI, "one");
  answer(0, listed, 0, "of another request");
  answer(1, listed, NLM_F_MULTI, "two");
  answer_with_errno(1, NLMSG_DONE, 0);
  ASSERT_OK(list());
  EXPECT_THAT(got_, ElementsAre("one", "two"));
}

TEST_F(NetlinkTest, AsksAgainForAListThatHasChanged)
{
  answer(1, listed, NLM_F_MULTI, "one");
  answer(1, listed, NLM_F_MULTI | NLM_F_DUMP_INTR, "two of another list");
  answer_with_errno(1, NLMSG_DONE, 0);
  answer(2, listed, NLM_F_MULTI, "one");
  answer(2, listed, NLM_F_MULTI, "two");
  answer_with_errno(2, NLMSG_DONE, 0);
  ASSERT_OK(list());
  EXPECT_THAT(got_, ElementsAre("one", "two"));
}

TEST_F(NetlinkTest, AsksForAListThatAlwaysChangesTenTimes)
{
  for (uint32_t request = 1; request <= 10; request++)
    answer(request, NLMSG_DONE, NLM_F_DUMP_INTR, "");
  const auto listing = list();
  ASSERT_FALSE(listing);
  EXPECT_THAT(listing.error().message, HasSubstr("has changed"));
  EXPECT_THAT(got_, IsEmpty());
}

TEST_F(NetlinkTest, TellsOfAListThatEndsTooEarly)
{
  answer(1, listed, NLM_F_MULTI, "one");
  answer_with_errno(1, NLMSG_DONE, ENOMEM);
  const auto listing = list();
  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().message, "Cannot allocate memory");
}

TEST_F(NetlinkTest, TellsOfARefusal)
{
  answer_with_errno(1, NLMSG_ERROR, EPERM);
  const auto listing = list();
  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().message, "Operation not permitted");
}

} // namespace

} // namespace verdict::guest
