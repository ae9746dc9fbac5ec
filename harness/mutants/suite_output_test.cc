// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/suite_output.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::mutants {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

/// What GoogleTest writes of one test; `more` are the members that tell it from a good one.
std::string results(const std::string &more)
{
  return R"({"tests":1,"testsuites":[{"name":"Nic/Tx","testsuite":[{"name":"A/b",)"
         R"("status":"RUN","time":"1.25s","classname":"Nic/Tx")" +
         more + "}]}]}";
}

const std::string failures =
    R"(,"failures":[{"failure":"a.cc:7\nValue of: x\n  Actual: 1","type":""},{"failure":"b","type":""}])";
const std::string completed = R"(,"result":"COMPLETED","mutant":"5","ending":"running")";

TEST(SuiteOutput, HasATestThatPassed)
{
  const Trial trial = read_outcome(results(completed), "5");
  EXPECT_EQ(trial.outcome, Outcome::passed);
  EXPECT_EQ(trial.seconds, 1.25);
}

TEST(SuiteOutput, TellsWhatARunCameBy)
{
  const std::string start = R"(,"result":"COMPLETED","ending":"running","mutant":")";
  const std::string reached = R"(","reached":"N,Y,N,Y\n")", nothing = "\"";
  EXPECT_THAT(read_outcome(results(start + "0" + reached), "0").reached,
              Optional(ElementsAre(1, 3)));
  EXPECT_EQ(read_outcome(results(start + "0" + nothing), "0").reached, std::nullopt);
  EXPECT_THAT(read_outcome(results(start + "5,7" + reached), "5,7").reached,
              Optional(ElementsAre(1, 3)));
}

TEST(SuiteOutput, HasATestThatFailed)
{
  const Trial trial = read_outcome(results(completed + failures), "5");
  EXPECT_EQ(trial.outcome, Outcome::failed);
  EXPECT_EQ(trial.how, "wrong result");
  EXPECT_EQ(trial.said, "a.cc:7 Value of: x Actual: 1 b ");
}

TEST(SuiteOutput, TellsHowTheGuestEnded)
{
  const std::string start = R"(,"result":"COMPLETED","mutant":"5","ending":")";
  EXPECT_EQ(read_outcome(results(start + "panic\"" + failures), "5").how, "panic");
  EXPECT_EQ(read_outcome(results(start + "hang\"" + failures), "5").how, "hang");
  EXPECT_EQ(read_outcome(results(start + R"(running","splat":"f < g")" + failures), "5").how,
            "splat");
  EXPECT_EQ(read_outcome(results(start + R"(running","overdue":"f\nmain")" + failures), "5").how,
            "time limit");
}

TEST(SuiteOutput, WithoutTheMutantIsAnError)
{
  const Trial other = read_outcome(results(completed + failures), "6");
  EXPECT_EQ(other.outcome, Outcome::error);
  EXPECT_THAT(other.said, HasSubstr("did not choose mutant 6"));
  EXPECT_EQ(read_outcome(results(R"(,"result":"COMPLETED")"), "5").outcome, Outcome::error)
      << "a test that never chose one proves nothing by passing";
}

TEST(SuiteOutput, OfADeadQemuIsAnError)
{
  const std::string dead = R"(,"result":"COMPLETED","mutant":"5","ending":"infrastructure")";
  EXPECT_EQ(read_outcome(results(dead + failures), "5").outcome, Outcome::error);
}

TEST(SuiteOutput, HasATestThatSkipped)
{
  EXPECT_EQ(read_outcome(results(R"(,"result":"SKIPPED")"), "5").outcome, Outcome::skipped);
}

TEST(SuiteOutput, OfAnotherFormIsAnError)
{
  EXPECT_EQ(read_outcome("", "5").outcome, Outcome::error);
  EXPECT_EQ(read_outcome(R"({"tests":0,"testsuites":[]})", "5").outcome, Outcome::error);
  const std::string good = results(completed), suite = good.substr(good.find("{\"name"));
  const std::string twice = good.substr(0, good.size() - 2) + "," + suite;
  EXPECT_EQ(read_outcome(twice, "5").outcome, Outcome::error) << twice;
  EXPECT_FALSE(read_test_names("[]"));
}

TEST(SuiteOutput, ListsTests)
{
  ASSERT_OK_AND_ASSIGN(
      const auto names,
      read_test_names(R"({"testsuites":[{"name":"Nic/A","testsuite":[{"name":"B/c"},)"
                      R"({"name":"D/c"}]},{"name":"E","testsuite":[{"name":"F"}]}]})"));
  EXPECT_THAT(names, ElementsAre("Nic/A.B/c", "Nic/A.D/c", "E.F"));
}

} // namespace

} // namespace verdict::mutants
