// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/ranking.h"

#include <gmock/gmock.h>

#include "mutants/made_up.h"

namespace verdict::mutants {

namespace {

const Mutant mutant = made_up_mutant(1, "a.c", "f");
const std::vector<Test> tests{ { "fast", "slow", 4 }, { "fast", "quick", 1 } };

std::string next(const Ledger &ledger, const Ranking &ranking, bool every = false)
{
  const auto test = next_test(mutant, tests, ledger, ranking, every);
  return test ? test->name : "";
}

TEST(Ranking, TheQuickestIsTriedFirst)
{
  EXPECT_EQ(next({}, {}), "quick");
}

TEST(Ranking, AKillerOfTheSameFunctionIsWorthMore)
{
  Ranking ranking;
  for (int id = 2; id < 6; id++) {
    ranking.note(made_up_mutant(id, "a.c", "f"), "slow", true);
    ranking.note(made_up_mutant(id, "b.c", "g"), "quick", true);
    ranking.note(made_up_mutant(id, "a.c", "f"), "quick", false);
  }
  EXPECT_EQ(next({}, ranking), "slow");
  const Mutant other = made_up_mutant(7, "b.c", "g");
  EXPECT_EQ(next_test(other, tests, {}, ranking, false)->name, "quick");
}

TEST(Ranking, WhatKilledItOnceIsTriedFirst)
{
  Ranking ranking;
  for (int id = 2; id < 40; id++)
    ranking.note(made_up_mutant(id, "a.c", "f"), "quick", true);
  EXPECT_EQ(next({}, ranking), "quick");
  ranking.recall(mutant.key, "slow");
  EXPECT_EQ(next({}, ranking), "slow");
}

TEST(Ranking, WhatKillsMostMutantsSoonestIsRunOnAllFirst)
{
  const Mutant other = made_up_mutant(2, "b.c", "g");
  const std::vector<mutants::Test> all{ { "debug", "a storm", 20 },
                                        { "debug", "short", 1 },
                                        { "debug", "a killer", 2 } };
  Ranking ranking;
  ranking.recall(other.key, "a killer");
  std::vector<std::string> names;
  for (const mutants::Test &test : likeliest_first(all, { &mutant, &other }, ranking))
    names.push_back(test.name);
  EXPECT_THAT(names, testing::ElementsAre("a killer", "short", "a storm"));
}

TEST(NextTest, WhatDoesNotComeByTheMutantIsNotTried)
{
  Ledger ledger;
  Trial quick = made_up_trial("", "quick", Outcome::passed);
  quick.reached = { 2, 3 };
  ledger.add(quick);
  EXPECT_EQ(next(ledger, {}), "slow");
  EXPECT_EQ(next(ledger, {}, true), "slow");
}

TEST(NextTest, AFailureIsConfirmedAtOnce)
{
  Ledger ledger;
  ledger.add(made_up_trial(mutant.key, "slow", Outcome::failed));
  EXPECT_EQ(next(ledger, {}), "slow");
  ledger.add(made_up_trial(mutant.key, "slow", Outcome::passed));
  EXPECT_EQ(next(ledger, {}), "quick") << "what did not fail again is no kill";
}

TEST(NextTest, AKillEndsItUnlessEveryTestIsWanted)
{
  Ledger ledger;
  add_kill(ledger, mutant.key, "quick");
  EXPECT_EQ(next(ledger, {}), "");
  EXPECT_EQ(next(ledger, {}, true), "slow");
  ledger.add(made_up_trial(mutant.key, "slow", Outcome::passed));
  EXPECT_EQ(next(ledger, {}, true), "");
}

TEST(NextTest, ASurvivorHasHadAllTests)
{
  Ledger ledger;
  ledger.add(made_up_trial(mutant.key, "slow", Outcome::passed));
  ledger.add(made_up_trial(mutant.key, "quick", Outcome::error));
  EXPECT_EQ(next(ledger, {}), "quick") << "an error is no trial";
  ledger.add(made_up_trial(mutant.key, "quick", Outcome::skipped));
  EXPECT_EQ(next(ledger, {}), "");
}

} // namespace

} // namespace verdict::mutants
