// SPDX-License-Identifier: GPL-2.0-only
// GoogleMock matchers for frames.
#pragma once

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/text.h"
#include "packet/diff.h"
#include "packet/dissect.h"
#include "packet/mismatch.h"

namespace verdict {

/// The frame is `expected`, byte for byte. Explains a mismatch with frame_difference().
///   EXPECT_THAT(frame, IsFrame(expected));
///   EXPECT_THAT(frames, ElementsAre(IsFrame(a), IsFrame(b)));
class IsFrameMatcher {
public:
  using is_gtest_matcher = void;

  explicit IsFrameMatcher(Frame expected) : expected_(std::move(expected)) {}

  bool MatchAndExplain(const Frame &actual, std::ostream *listener) const
  {
    if (actual == expected_)
      return true;
    if (listener)
      *listener << "which is not the expected frame:\n" << frame_difference(expected_, actual);
    return false;
  }
  void DescribeTo(std::ostream *stream) const { *stream << "is frame " << summary(expected_); }
  void DescribeNegationTo(std::ostream *stream) const
  {
    *stream << "is not frame " << summary(expected_);
  }

private:
  Frame expected_;
};

inline testing::Matcher<const Frame &> IsFrame(Frame expected)
{
  return IsFrameMatcher(std::move(expected));
}

/// No frames at all. Lists the ones that are there.
class HasNoFramesMatcher {
public:
  using is_gtest_matcher = void;

  bool MatchAndExplain(const std::vector<Frame> &actual, std::ostream *listener) const
  {
    if (actual.empty())
      return true;
    if (listener)
      *listener << "which has " << count_of(actual.size(), "frame") << ":\n" << listing(actual);
    return false;
  }
  void DescribeTo(std::ostream *stream) const { *stream << "has no frames"; }
  void DescribeNegationTo(std::ostream *stream) const { *stream << "has frames"; }

  /// The first frames, a line each.
  static std::string listing(const std::vector<Frame> &frames)
  {
    constexpr size_t limit = 10;
    std::string text;
    for (size_t i = 0; i < frames.size() && i < limit; i++)
      text += fmt::format("  {}: {}\n", i, summary(frames[i]));
    if (frames.size() > limit)
      text += fmt::format("  and {} more\n", frames.size() - limit);
    return text;
  }
};

inline HasNoFramesMatcher HasNoFrames()
{
  return {};
}

/// The frames are `expected`, in this order, byte for byte. For many frames: says how many there
/// are, where the first difference is, and explains only that one. All are noted for the evidence.
class AreFramesMatcher {
public:
  using is_gtest_matcher = void;

  explicit AreFramesMatcher(std::vector<Frame> expected) : expected_(std::move(expected)) {}

  bool MatchAndExplain(const std::vector<Frame> &actual, std::ostream *listener) const
  {
    if (actual == expected_)
      return true;
    if (!listener)
      return false;
    note_mismatch({ expected_, actual });
    if (actual.size() != expected_.size())
      *listener << "which are " << actual.size() << " instead of " << expected_.size() << "; ";
    for (size_t i = 0; i < actual.size() && i < expected_.size(); i++) {
      if (actual[i] != expected_[i]) {
        *listener << "frame " << i << " of which is not the expected one:\n"
                  << frame_difference(expected_[i], actual[i]);
        return false;
      }
    }
    if (actual.size() < expected_.size())
      *listener << "the first missing one is " << summary(expected_[actual.size()]);
    else
      *listener << "the first surplus one is " << summary(actual[expected_.size()]);
    return false;
  }
  void DescribeTo(std::ostream *stream) const
  {
    *stream << "are the " << count_of(expected_.size(), "expected frame") << ", in order";
  }
  void DescribeNegationTo(std::ostream *stream) const
  {
    *stream << "are not the " << count_of(expected_.size(), "expected frame");
  }

private:
  std::vector<Frame> expected_;
};

inline AreFramesMatcher AreFrames(std::vector<Frame> expected)
{
  return AreFramesMatcher(std::move(expected));
}

} // namespace verdict
