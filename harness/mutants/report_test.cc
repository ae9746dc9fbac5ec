// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/report.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/gtest_result.h"
#include "mutants/made_up.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict::mutants {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string drop = "Nic/Drop.A/e1000_82540em", tx = "Nic/Tx.B/e1000_82540em";
const std::string idle = "Nic/Idle.C/e1000_82540em", kunit = "Nic/KUnit.D/e1000_82540em";

Catalogue catalogue()
{
  Catalogue all{ .release = "6.12.1",
                 .mutants = { made_up_mutant(1, "a.c", "f"), made_up_mutant(2, "a.c", "g"),
                              made_up_mutant(3, "b.h", "h"), made_up_mutant(4, "b.h", "i") } };
  all.mutants[1].source = "the driver's second version";
  return all;
}

std::string key(int id)
{
  return catalogue().find(id)->key;
}

/// Without a mutant every test passes.
Ledger good_suite()
{
  Ledger ledger;
  for (const std::string &test : { drop, tx, idle })
    ledger.add(made_up_trial("", test, Outcome::passed));
  ledger.add(made_up_trial("", kunit, Outcome::passed, "debug"));
  return ledger;
}

void add_passes(Ledger &ledger, int mutant, const std::vector<std::string> &tests)
{
  for (const std::string &test : tests)
    ledger.add(made_up_trial(key(mutant), test, Outcome::passed, test == kunit ? "debug" : "fast"));
}

/// 1 is killed by tx alone, 2 by two tests, 3 survives all, 4 dies on the debug kernel.
Ledger full_run()
{
  Ledger ledger = good_suite();
  add_passes(ledger, 1, { drop, idle });
  add_kill(ledger, key(1), tx);
  add_passes(ledger, 2, { idle });
  add_kill(ledger, key(2), drop);
  add_kill(ledger, key(2), tx);
  add_passes(ledger, 3, { drop, tx, idle, kunit });
  add_passes(ledger, 4, { drop, tx, idle });
  add_kill(ledger, key(4), kunit, "debug");
  return ledger;
}

TEST(MutantReport, IsWhatItWas)
{
  expect_golden("mutants", to_table(make_report(catalogue(), full_run(), {})));
}

TEST(MutantReport, HasSurvivorsFirst)
{
  const Report report = make_report(catalogue(), full_run(), {});
  EXPECT_EQ(report.fates[0].mutant.id, 3);
  EXPECT_TRUE(report.fates[0].kills.empty());
  EXPECT_FALSE(all_well(report));
}

TEST(MutantReport, IsWellWhenEachSurvivorHasAReason)
{
  const Report report = make_report(catalogue(), full_run(), { { key(3), "it is a prefetch" } });
  EXPECT_TRUE(all_well(report));
  EXPECT_THAT(to_table(report), HasSubstr("nobody could notice it: it is a prefetch"));
}

TEST(MutantReport, IsNotWellWhenAMutantWasNotRunToTheEnd)
{
  Ledger ledger = good_suite();
  for (const int id : { 1, 2, 4 })
    add_kill(ledger, key(id), tx);
  add_passes(ledger, 3, { drop, idle });
  ledger.add(made_up_trial(key(3), tx, Outcome::error));
  const Report report = make_report(catalogue(), ledger, { { key(3), "it is a prefetch" } });
  EXPECT_FALSE(all_well(report));
  EXPECT_THAT(to_table(report), HasSubstr("1 were not run to the end"));
  EXPECT_THAT(to_table(report), HasSubstr("ERROR: " + tx));
}

TEST(MutantReport, OfNothingRunHasNoSurvivors)
{
  const Report report = make_report(catalogue(), {}, {});
  EXPECT_FALSE(all_well(report));
  EXPECT_THAT(to_table(report), HasSubstr("4 were not run to the end"));
  EXPECT_THAT(to_table(report), HasSubstr("0 survive without a reason"));
}

TEST(MutantReport, TellsWhatNoTestReaches)
{
  Ledger ledger;
  Trial trial = made_up_trial("", tx, Outcome::passed);
  trial.reached = { 1 };
  ledger.add(trial);
  add_kill(ledger, key(1), tx);
  const Report report = make_report(catalogue(), ledger, {});
  EXPECT_THAT(to_table(report), HasSubstr("no test reaches it"));
  EXPECT_THAT(to_table(report), HasSubstr("3 survive without a reason"));
  const auto record = std::find_if(report.tests.begin(), report.tests.end(),
                                   [](const TestRecord &record) { return record.test == tx; });
  EXPECT_EQ(record->tried, 1u);
}

TEST(MutantReport, TellsWhatOnlyOneTestKills)
{
  const Report report = make_report(catalogue(), full_run(), {});
  ASSERT_EQ(report.tests.size(), 4u);
  EXPECT_EQ(report.tests[0].test, idle) << "what kills least comes first";
  EXPECT_EQ(report.tests[0].kills, 0u);
  EXPECT_EQ(report.tests[0].tried, 4u);
  const auto record = std::find_if(report.tests.begin(), report.tests.end(),
                                   [](const TestRecord &record) { return record.test == tx; });
  EXPECT_EQ(record->kills, 2u);
  EXPECT_THAT(record->only_it, ElementsAre(key(1)));
}

TEST(MutantReport, OnlyItIsNotSaidWhenOthersWereNotTried)
{
  Ledger ledger = good_suite();
  add_kill(ledger, key(1), tx);
  for (const TestRecord &record : make_report(catalogue(), ledger, {}).tests)
    EXPECT_THAT(record.only_it, IsEmpty()) << record.test;
}

TEST(MutantReport, HasWhatFailsByItself)
{
  Ledger ledger = full_run();
  ledger.add(made_up_trial("", drop, Outcome::failed));
  ledger.add(made_up_trial(key(3), drop, Outcome::failed));
  const Report report = make_report(catalogue(), ledger, { { key(3), "it is a prefetch" } });
  EXPECT_THAT(report.faults, ElementsAre(HasSubstr(drop + " failed without a mutant")));
  EXPECT_FALSE(all_well(report));
}

TEST(MutantReport, TellsOfAFailureThatWasNotConfirmed)
{
  Ledger ledger = good_suite();
  ledger.add(made_up_trial(key(1), drop, Outcome::failed));
  ledger.add(made_up_trial(key(1), drop, Outcome::passed));
  EXPECT_THAT(make_report(catalogue(), ledger, {}).unconfirmed, ElementsAre(drop + ": " + key(1)));
}

TEST(MutantReport, IsWrittenAsJsonAndTable)
{
  const TemporaryDirectory directory;
  ASSERT_OK(write_report(make_report(catalogue(), full_run(), {}), directory.path()));
  ASSERT_OK_AND_ASSIGN(const std::string text, read_file(directory.path() / "report.json"));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["mutants"], 4);
  EXPECT_EQ(json["killed on the fast kernel"], 2);
  EXPECT_EQ(json["killed on the debug kernel"], 1);
  EXPECT_EQ(json["survivors without"], 1);
  EXPECT_EQ(json["fates"][1]["killed by"][0]["test"], tx);
  EXPECT_TRUE(read_file(directory.path() / "report.txt"));
}

TEST(Reasons, AreRead)
{
  ASSERT_OK_AND_ASSIGN(const Reasons reasons,
                       read_reasons(R"([{"mutant":"a.c: f(): x","reason":"a prefetch"}])"));
  EXPECT_EQ(reasons.at("a.c: f(): x"), "a prefetch");
  EXPECT_FALSE(read_reasons(R"([{"mutant":"m","reason":""}])"));
  EXPECT_FALSE(read_reasons(R"([{"mutant":"m","reason":"a"},{"mutant":"m","reason":"b"}])"));
  EXPECT_FALSE(read_reasons(R"({"m":"a"})"));
}

TEST(Reasons, OfAKilledMutantOrNoneAreFaults)
{
  EXPECT_THAT(wrong_reasons({ { key(3), "a prefetch" } }, catalogue(), full_run()), IsEmpty());
  EXPECT_THAT(wrong_reasons({ { key(1), "a prefetch" } }, catalogue(), full_run()),
              ElementsAre(HasSubstr(tx + " kills")));
  EXPECT_THAT(wrong_reasons({ { "z.c: f(): x", "a prefetch" } }, catalogue(), full_run()),
              ElementsAre(HasSubstr("there is not: z.c: f(): x")));
}

} // namespace

} // namespace verdict::mutants
