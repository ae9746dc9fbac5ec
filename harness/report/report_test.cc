// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/text.h"
#include "report/matrix.h"
#include "tests/golden.h"

namespace verdict {

namespace {

constexpr const char *tests_folder = "../big/out/harness";

/// In the form in which ctest 3.25 writes it.
Result<std::vector<TestResult>> sample()
{
  auto xml = TRY(read_file("harness/tests/golden/ctest.xml"));
  return parse_junit(xml);
}

TEST(Junit, ReadsWhatCtestWrites)
{
  ASSERT_OK_AND_ASSIGN(const auto results, sample());
  ASSERT_THAT(results, testing::SizeIs(10));
  EXPECT_EQ(results[0].outcome, TestResult::Outcome::pass);
  EXPECT_EQ(results[1].outcome, TestResult::Outcome::fail);
  EXPECT_EQ(results[1].reason,
            "Value of: frames\nExpected: has no frames\n  Actual: { 02:00 > 52:54 }\n"
            "(and 1 failure more)");
  EXPECT_EQ(results[1].evidence, "out/run/Nic-Drop.NothingComesBack-stock_e1000/");
  EXPECT_EQ(results[3].outcome, TestResult::Outcome::skip);
  EXPECT_EQ(results[3].reason, "generic mode cannot do <that>: it copies");
  EXPECT_EQ(results[4].outcome, TestResult::Outcome::fail) << "it never ran";
  EXPECT_EQ(results[4].reason, "Unable to find executable");
  EXPECT_EQ(results[5].outcome, TestResult::Outcome::fail) << "a skip does not hide a failure";
  EXPECT_EQ(results[6].outcome, TestResult::Outcome::fail);
  EXPECT_EQ(results[8].reason, "it was ended in the middle, after 180.02 s: by ctest's time limit, "
                               "or its program crashed");
  EXPECT_EQ(results[8].evidence, "out/run/Nic-Tx.Hangs-e1000_82540em/");
  EXPECT_EQ(results[9].outcome, TestResult::Outcome::skip) << "it is no GoogleTest";
  EXPECT_EQ(results[9].reason, "the budgets are of kernel 6.12.1, and this is 6.12.2");
}

/// What ctest writes of a test that failed with this text.
std::string failed_with(const std::string &text)
{
  return "<testsuite><testcase name='A.B' status='fail'><system-out>a_test.cc:1: Failure\n" + text +
         "[  FAILED  ] A.B</system-out></testcase></testsuite>";
}

// The number that matters may be behind a long list of frames.
TEST(Junit, ReasonsAreNotCut)
{
  const std::string essence = "which are 221 instead of 1455";
  ASSERT_OK_AND_ASSIGN(const auto results,
                       parse_junit(failed_with("  Actual: 221 frames: " + std::string(300, 'x') +
                                               ", " + essence + "\n\n- 0000\n+ 0001\n")));
  EXPECT_THAT(results[0].reason, testing::HasSubstr(essence));
  EXPECT_THAT(results[0].reason, testing::EndsWith("\n\n- 0000\n+ 0001"));
  EXPECT_THAT(matrix(results, tests_folder), testing::HasSubstr(essence));
}

TEST(Junit, OfAVeryLongReasonSaysHowMuchIsLeftOut)
{
  std::string text;
  for (int i = 0; i < 25; i++)
    text += "line\n";
  ASSERT_OK_AND_ASSIGN(const auto results, parse_junit(failed_with(text)));
  EXPECT_THAT(results[0].reason, testing::EndsWith("\n(and 5 lines more, in failure.txt)"));
}

TEST(Matrix, FoldsLongLinesAtBlanks)
{
  TestResult result{ .name = "A.B", .outcome = TestResult::Outcome::fail };
  for (int i = 0; i < 30; i++)
    result.reason += "words ";
  for (const std::string &line : split_lines(matrix({ result }, tests_folder))) {
    EXPECT_LE(line.size(), 110u);
    EXPECT_THAT(line, testing::Not(testing::HasSubstr("word\n")));
  }
  result.reason = std::string(150, 'x');
  EXPECT_THAT(matrix({ result }, tests_folder), testing::HasSubstr(result.reason))
      << "it has no blank";
}

TEST(Junit, RefusesOtherFiles)
{
  EXPECT_FALSE(parse_junit("not xml <"));
  EXPECT_FALSE(parse_junit("<html/>"));
}

TEST(Matrix, IsFitForPeople)
{
  ASSERT_OK_AND_ASSIGN(const auto results, sample());
  expect_golden("matrix", matrix(results, tests_folder));
  EXPECT_FALSE(all_well(results));
}

TEST(Matrix, IsShortWhenAllIsWell)
{
  ASSERT_OK_AND_ASSIGN(auto results, sample());
  for (TestResult &result : results)
    result = { .name = result.name };
  expect_golden("matrix_all_well", matrix(results, tests_folder));
  EXPECT_TRUE(all_well(results));
}

TEST(Matrix, NoTestsIsNotWell)
{
  EXPECT_EQ(matrix({}, tests_folder), "0 passed, 0 failed, 0 skipped\n");
  EXPECT_FALSE(all_well({}));
}

} // namespace

} // namespace verdict
