// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "report/matrix.h"
#include "tests/golden.h"

namespace verdict {

namespace {

/// In the form in which ctest 3.25 writes it.
Result<std::vector<TestResult>> sample()
{
  auto xml = read_file(VERDICT_GOLDEN_DIR "/ctest.xml");
  if (!xml)
    return tl::unexpected(xml.error());
  return parse_junit(*xml);
}

TEST(Junit, ReadsWhatCtestWrites)
{
  ASSERT_OK_AND_ASSIGN(const auto results, sample());
  ASSERT_THAT(results, testing::SizeIs(8));
  EXPECT_EQ(results[0].outcome, TestResult::Outcome::pass);
  EXPECT_EQ(results[1].outcome, TestResult::Outcome::fail);
  EXPECT_EQ(results[1].reason,
            "Value of: frames; Expected: has no frames; Actual: { 02:00 > 52:54 }");
  EXPECT_EQ(results[1].evidence, "out/run/Nic-Drop.NothingComesBack-stock_e1000/");
  EXPECT_EQ(results[3].outcome, TestResult::Outcome::skip);
  EXPECT_EQ(results[3].reason, "generic mode cannot do <that>: it copies");
  EXPECT_EQ(results[4].outcome, TestResult::Outcome::fail) << "it never ran";
  EXPECT_EQ(results[4].reason, "Unable to find executable");
  EXPECT_EQ(results[5].outcome, TestResult::Outcome::fail) << "a skip does not hide a failure";
  EXPECT_EQ(results[6].outcome, TestResult::Outcome::fail);
}

TEST(Junit, RefusesOtherFiles)
{
  EXPECT_FALSE(parse_junit("not xml <"));
  EXPECT_FALSE(parse_junit("<html/>"));
}

TEST(Matrix, IsFitForPeople)
{
  ASSERT_OK_AND_ASSIGN(const auto results, sample());
  expect_golden("matrix", matrix(results));
  EXPECT_FALSE(all_well(results));
}

TEST(Matrix, IsShortWhenAllIsWell)
{
  ASSERT_OK_AND_ASSIGN(auto results, sample());
  for (TestResult &result : results)
    result = { .name = result.name };
  expect_golden("matrix_all_well", matrix(results));
  EXPECT_TRUE(all_well(results));
}

TEST(Matrix, NoTestsIsNotWell)
{
  EXPECT_EQ(matrix({}), "0 passed, 0 failed, 0 skipped\n");
  EXPECT_FALSE(all_well({}));
}

} // namespace

} // namespace verdict
