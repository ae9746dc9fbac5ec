// SPDX-License-Identifier: GPL-2.0-only
#include "playground/script.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::playground {

namespace {

using testing::ElementsAre;

class Script : public testing::Test {
protected:
  Result<void> run(std::string_view text)
  {
    const auto run_line = [this](const std::string &line) -> Result<bool> {
      ran.push_back(line);
      if (line == "bad")
        return fail("it is bad");
      return line != "quit";
    };
    return run_script("file", text, run_line,
                      [this](const std::string &line) { echoed.push_back(line); });
  }

  std::vector<std::string> ran, echoed;
};

TEST_F(Script, RunsLineByLine)
{
  EXPECT_OK(run("# first\none\n\n  \t\ntwo\n  # last\nthree"));
  EXPECT_THAT(ran, ElementsAre("one", "two", "three"));
  EXPECT_EQ(echoed, ran);
}

TEST_F(Script, StopsAtWhatFailsAndNamesTheLine)
{
  const auto done = run("one\n# comment\nbad\ntwo\n");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "file:3: it is bad");
  EXPECT_THAT(ran, ElementsAre("one", "bad"));
}

TEST_F(Script, StopsAtTheLastCommand)
{
  EXPECT_OK(run("one\nquit\nbad\n"));
  EXPECT_THAT(ran, ElementsAre("one", "quit"));
}

} // namespace

} // namespace verdict::playground
