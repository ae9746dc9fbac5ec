// SPDX-License-Identifier: GPL-2.0-only
// What a person reads when a test fails.
#include "packet/matchers.h"

#include "packet/builder.h"
#include "tests/golden.h"

namespace verdict {

namespace {

const NicAddress nic = NicAddress::of(0);

template <typename Matcher, typename Value>
std::string explanation(const Matcher &matcher, const Value &value)
{
  testing::StringMatchResultListener listener;
  const testing::Matcher<const Value &> typed = matcher;
  EXPECT_FALSE(typed.MatchAndExplain(value, &listener));
  std::ostringstream text;
  typed.DescribeTo(&text);
  return "expected: " + text.str() + "\nactual: " + testing::PrintToString(value) + ", " +
         listener.str() + "\n";
}

TEST(IsFrame, MatchesOnlyTheSameBytes)
{
  const Frame frame = test_frame(nic, 1);
  EXPECT_THAT(frame, IsFrame(frame));
  for (size_t i = 0; i < frame.size(); i++) {
    Frame other = frame;
    other[i] ^= 0x80;
    EXPECT_THAT(other, testing::Not(IsFrame(frame))) << i;
  }
  Frame longer = frame;
  longer.bytes.push_back(0);
  EXPECT_THAT(longer, testing::Not(IsFrame(frame)));
  EXPECT_THAT(frame, testing::Not(IsFrame(longer)));
}

TEST(IsFrame, NamesTheFieldThatDiffers)
{
  const Frame expected = udp_frame(nic, 1000, 2000, pattern(1, 200));
  Frame actual = expected;
  actual[22] = 63;
  actual[100] ^= 0x55;
  expect_golden("frame_field_differs", explanation(IsFrame(expected), actual));
}

TEST(IsFrame, SaysThatAFrameIsShorter)
{
  Frame actual = test_frame(nic, 1, 75);
  actual.bytes.resize(64);
  expect_golden("frame_is_shorter", explanation(IsFrame(test_frame(nic, 1, 75)), actual));
}

TEST(IsFrame, SaysThatAFrameIsLonger)
{
  Frame actual = test_frame(nic, 1, 60);
  actual.bytes.insert(actual.bytes.end(), { 'e', 'n', 'd', 0 });
  expect_golden("frame_is_longer", explanation(IsFrame(test_frame(nic, 1, 60)), actual));
}

TEST(HasNoFrames, ListsTheFrames)
{
  EXPECT_THAT(std::vector<Frame>{}, HasNoFrames());
  expect_golden("has_no_frames",
                explanation(HasNoFrames(), std::vector{ arp_request(nic), test_frame(nic, 1) }));
  EXPECT_THAT(explanation(HasNoFrames(), std::vector(12, test_frame(nic, 1))),
              testing::HasSubstr("and 2 more"));
}

TEST(AreFrames, PointsAtTheFirstDifference)
{
  std::vector<Frame> frames;
  for (uint64_t seed = 0; seed < 4; seed++)
    frames.push_back(test_frame(nic, seed));
  EXPECT_THAT(frames, AreFrames(frames));
  EXPECT_THAT(frames, testing::Not(AreFrames({})));

  std::vector<Frame> swapped_order = frames;
  std::swap(swapped_order[1], swapped_order[2]);
  std::vector<Frame> fewer(frames.begin(), frames.end() - 1);
  expect_golden("are_frames", explanation(AreFrames(frames), swapped_order) +
                                  explanation(AreFrames(frames), fewer) +
                                  explanation(AreFrames(fewer), frames));
}

} // namespace

} // namespace verdict
