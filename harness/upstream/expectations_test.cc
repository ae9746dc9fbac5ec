// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/expectations.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "lab/column.h"
#include "upstream/plan.h"

namespace verdict::upstream {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The only test of a list.
ExpectedTest only(const std::string &json)
{
  const auto tests = read_expectations(json);
  EXPECT_OK(tests);
  if (!tests || tests->size() != 1) {
    ADD_FAILURE() << json;
    return {};
  }
  return tests->front();
}

const char *const two_cases =
    R"({ "ping.py": { "ping.v4": "pass", "ping.v6": "fail: it: is slow" } })";

std::vector<bool> as_expected(const std::vector<Judged> &judged)
{
  std::vector<bool> well;
  for (const Judged &one : judged)
    well.push_back(one.as_expected());
  return well;
}

TEST(Expectations, HaveOutcomesAndReasons)
{
  EXPECT_THAT(only(two_cases).cases,
              ElementsAre(Expected{ "ping.v4", Outcome::pass, "" },
                          Expected{ "ping.v6", Outcome::fail, "it: is slow" }));
}

TEST(Expectations, SayWhyATestIsNotRun)
{
  const ExpectedTest test = only(R"({ "license": "GPL", "xskxceiver-drv": "no native XDP" })");
  EXPECT_EQ(test.name, "xskxceiver-drv");
  EXPECT_EQ(test.not_run, "no native XDP");
}

TEST(Expectations, RefuseWhatHasNoReasonOrNoMeaning)
{
  for (const char *wrong : { "fail", "pass: because", "works", "skip: ", "fail or pass",
                             "pass or pass: why", "fail or skip: why" }) {
    const auto tests =
        read_expectations(std::string(R"({ "ping.py": { "ping.v4": ")") + wrong + "\" } }");
    ASSERT_FALSE(tests) << wrong;
    EXPECT_THAT(tests.error().message, HasSubstr("ping.v4"));
  }
  EXPECT_FALSE(read_expectations("[]x"));
}

TEST(Expectations, AreMet)
{
  EXPECT_THAT(as_expected(judge(only(two_cases), { { "ping.v4", Outcome::pass, "" },
                                                   { "ping.v6", Outcome::fail, "100% loss" } })),
              ElementsAre(true, true));
}

TEST(Expectations, OfARaceAreMetByBothOfItsEnds)
{
  const ExpectedTest race = only(R"({ "ping.py": { "ping.v4": "fail or pass: a race" } })");
  EXPECT_THAT(race.cases, ElementsAre(Expected{ "ping.v4", Outcome::fail, "a race", true }));
  for (const auto &[outcome, well] : { std::pair{ Outcome::fail, true },
                                       { Outcome::pass, true },
                                       { Outcome::skip, false },
                                       { Outcome::missing, false } })
    EXPECT_THAT(as_expected(judge(race, { { "ping.v4", outcome, "" } })), ElementsAre(well))
        << to_string(outcome);
}

TEST(Expectations, AreNotMetByRedGreenMissingOrUnknownCases)
{
  const auto judged = judge(
      only(two_cases), { { "ping.v6", Outcome::pass, "" }, { "ping.new", Outcome::pass, "" } });
  EXPECT_THAT(as_expected(judged), ElementsAre(false, false, false));
  EXPECT_EQ(judged[0].result.outcome, Outcome::missing);
  EXPECT_EQ(judged[2].name, "ping.new");
  EXPECT_FALSE(judged[2].expected);
}

TEST(Expectations, SeeTheWorstOfSeveralResults)
{
  const ExpectedTest one = only(R"({ "ping.py": { "ping.v4": "pass" } })");
  EXPECT_THAT(as_expected(judge(
                  one, { { "ping.v4", Outcome::fail, "" }, { "ping.v4", Outcome::pass, "" } })),
              ElementsAre(false));
}

TEST(Expectations, CanBeMadeWhatResultsAre)
{
  const auto judged = judge(only(two_cases), { { "ping.v4", Outcome::skip, "no IPv4" },
                                               { "ping.v6", Outcome::fail, "100% loss" },
                                               { "ping.new", Outcome::pass, "" } });
  EXPECT_THAT(as_they_are(judged), ElementsAre(Expected{ "ping.v4", Outcome::skip, "no IPv4" },
                                               Expected{ "ping.v6", Outcome::fail, "it: is slow" },
                                               Expected{ "ping.new", Outcome::pass, "" }));
}

TEST(Expectations, AreReadAsTheyWereWritten)
{
  const ExpectedTest not_run{ .name = "xskxceiver-drv", .not_run = "no native XDP" };
  const ExpectedTest race = only(R"({ "irq.py": { "irq.check": "fail or pass: a race" } })");
  ASSERT_OK_AND_ASSIGN(const auto tests,
                       read_expectations(write_expectations({ only(two_cases), not_run, race })));
  ASSERT_EQ(tests.size(), 3);
  EXPECT_EQ(tests[0].cases, only(two_cases).cases);
  EXPECT_EQ(tests[1].not_run, not_run.not_run);
  EXPECT_EQ(tests[2].cases, race.cases);
}

/// What is in the repository can be read, and speaks of tests and drivers that there are.
TEST(Expectations, OfEachDriverFitThePlan)
{
  ASSERT_OK_AND_ASSIGN(const Plan plan, load_plan(std::string(folder) + "/tests.json"));
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("next"));
  std::vector<std::string> planned;
  for (const auto &test : plan.tests)
    planned.push_back(test.name);
  for (const std::string &driver : plan.drivers) {
    EXPECT_OK(find_column(columns, driver));
    ASSERT_OK_AND_ASSIGN(const auto tests, load_expectations(driver));
    std::vector<std::string> expected;
    for (const ExpectedTest &test : tests)
      expected.push_back(test.name);
    EXPECT_EQ(expected, planned) << driver;
  }
}

} // namespace

} // namespace verdict::upstream
