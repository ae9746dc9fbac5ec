// SPDX-License-Identifier: GPL-2.0-only
#include "base/transcript.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/text.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::EndsWith;
using testing::MatchesRegex;
using testing::SizeIs;

TEST(Transcript, HasALineWithItsTimeForEachMessage)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "said.log";
  ASSERT_OK_AND_ASSIGN(Transcript transcript, Transcript::create(path));
  transcript.note("->", "{\"op\":\"ping\"}");
  transcript.note("<-", "{\"ok\":{}}");
  ASSERT_OK_AND_ASSIGN(const std::string text, read_file(path));
  const auto lines = split_lines(text);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], MatchesRegex("[0-9]+\\.[0-9][0-9][0-9] -> \\{\"op\":\"ping\"\\}"));
  EXPECT_THAT(lines[1], EndsWith(" <- {\"ok\":{}}"));
}

TEST(Transcript, SaysHowMuchOfALongMessageIsLeftOut)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "said.log";
  ASSERT_OK_AND_ASSIGN(Transcript transcript, Transcript::create(path));
  transcript.note("->", "begin" + std::string(10000, 'x') + "end");
  ASSERT_OK_AND_ASSIGN(const std::string text, read_file(path));
  EXPECT_THAT(text, testing::HasSubstr("-> beginxx"));
  EXPECT_THAT(text, testing::HasSubstr("x[... 7508 characters left out ...]x"));
  EXPECT_THAT(text, EndsWith("xend\n"));
}

// A file of which each write says that the disk is full.
TEST(Transcript, TellsOfAMessageThatWasNotWritten)
{
  ASSERT_OK_AND_ASSIGN(Transcript transcript, Transcript::create("/dev/full"));
  EXPECT_OK(transcript.complete());
  transcript.note("->", "ping");
  const auto complete = transcript.complete();
  ASSERT_FALSE(complete);
  EXPECT_EQ(complete.error().message, "write /dev/full: No space left on device");
}

TEST(Transcript, NamesTheFileThatCannotBeWritten)
{
  const auto transcript = Transcript::create("/nonexistent/said.log");
  ASSERT_FALSE(transcript);
  EXPECT_THAT(transcript.error().message, testing::HasSubstr("/nonexistent/said.log"));
}

} // namespace

} // namespace verdict
