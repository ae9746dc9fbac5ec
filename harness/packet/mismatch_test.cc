// SPDX-License-Identifier: GPL-2.0-only
#include "packet/mismatch.h"

#include "base/file.h"
#include "base/gtest_result.h"
#include "packet/builder.h"
#include "packet/matchers.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const Frame a{ { 'a' } }, b{ { 'b' } };

TEST(Mismatch, IsNotedByTheMatcherThatExplainsIt)
{
  take_mismatches();
  testing::StringMatchResultListener listener;
  const testing::Matcher<const std::vector<Frame> &> matcher = AreFrames({ a, b });
  EXPECT_FALSE(matcher.MatchAndExplain({ a }, &listener));
  const auto noted = take_mismatches();
  ASSERT_THAT(noted, SizeIs(1));
  EXPECT_EQ(noted[0].expected, (std::vector<Frame>{ a, b }));
  EXPECT_EQ(noted[0].actual, std::vector<Frame>{ a });
  EXPECT_TRUE(matcher.MatchAndExplain({ a, b }, &listener));
  EXPECT_THAT(take_mismatches(), IsEmpty());
}

TEST(Mismatch, CaptureHasBothSidesWithComments)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "mismatch.pcapng";
  ASSERT_OK(write_mismatches({ { { a, a, a }, { a, b } }, { {}, { b } } }, path));
  ASSERT_OK_AND_ASSIGN(const std::string capture, read_file(path));
  for (const char *text :
       { "expected", "received", "frame 0, as expected", "frame 1, expected",
         "frame 1, which differs", "frame 2, expected; none came", "frame 0, surplus" })
    EXPECT_THAT(capture, HasSubstr(text));
  EXPECT_THAT(capture, Not(HasSubstr("frame 3")));
}

} // namespace

} // namespace verdict
