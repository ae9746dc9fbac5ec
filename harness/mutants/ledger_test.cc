// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/ledger.h"

#include <gmock/gmock.h>

#include "mutants/made_up.h"

namespace verdict::mutants {

namespace {

Mark after(std::initializer_list<Outcome> outcomes)
{
  Ledger ledger;
  for (const Outcome outcome : outcomes)
    ledger.add(made_up_trial("m", "t", outcome));
  return ledger.mark("m", "fast", "t");
}

TEST(Ledger, AKillIsTwoFailures)
{
  using enum Outcome;
  EXPECT_EQ(after({}), Mark::untried);
  EXPECT_EQ(after({ passed }), Mark::passed);
  EXPECT_EQ(after({ skipped }), Mark::skipped);
  EXPECT_EQ(after({ failed }), Mark::failed_once);
  EXPECT_EQ(after({ failed, failed }), Mark::killed);
  EXPECT_EQ(after({ failed, passed }), Mark::unconfirmed);
}

TEST(Ledger, AnErrorSaysNothing)
{
  using enum Outcome;
  EXPECT_EQ(after({ error, error }), Mark::untried);
  EXPECT_EQ(after({ failed, error }), Mark::failed_once);
  EXPECT_EQ(after({ failed, error, failed }), Mark::killed);
}

TEST(Ledger, AFailureOfAnotherTestOrKernelDoesNotConfirm)
{
  Ledger ledger;
  ledger.add(made_up_trial("m", "t", Outcome::failed));
  ledger.add(made_up_trial("m", "u", Outcome::failed));
  ledger.add(made_up_trial("m", "t", Outcome::failed, "debug"));
  ledger.add(made_up_trial("n", "t", Outcome::failed));
  EXPECT_EQ(ledger.mark("m", "fast", "t"), Mark::failed_once);
  EXPECT_EQ(ledger.mark("m", "debug", "t"), Mark::failed_once);
  EXPECT_FALSE(ledger.is_killed("m"));
}

/// A run without a mutant, which reached these.
Trial without_mutant(const std::string &test, std::optional<std::vector<int>> reached)
{
  Trial trial = made_up_trial("", test, Outcome::passed);
  trial.reached = std::move(reached);
  return trial;
}

TEST(Ledger, ATestMayNoticeWhatOneOfItsRunsCameBy)
{
  Ledger ledger;
  EXPECT_TRUE(ledger.may_notice("fast", "t", 1)) << "nothing is known of it";
  ledger.add(without_mutant("t", { { 1, 2 } }));
  ledger.add(without_mutant("t", { { 3 } }));
  EXPECT_TRUE(ledger.may_notice("fast", "t", 1));
  EXPECT_TRUE(ledger.may_notice("fast", "t", 3));
  EXPECT_FALSE(ledger.may_notice("fast", "t", 4));
  EXPECT_TRUE(ledger.may_notice("debug", "t", 4));
  EXPECT_TRUE(ledger.may_notice("fast", "u", 4));
}

TEST(Ledger, ATestThatCouldNotTellOnceMayNoticeAll)
{
  Ledger ledger;
  ledger.add(without_mutant("t", {}));
  ledger.add(without_mutant("t", { { 1 } }));
  EXPECT_TRUE(ledger.may_notice("fast", "t", 2));
}

TEST(Ledger, KillsComeInTheirOrder)
{
  Ledger ledger;
  ledger.add(made_up_trial("m", "z", Outcome::failed));
  add_kill(ledger, "m", "b");
  ledger.add(made_up_trial("m", "z", Outcome::failed));
  add_kill(ledger, "m", "a", "debug");
  const auto kills = ledger.kills("m");
  ASSERT_EQ(kills.size(), 3u);
  EXPECT_EQ(kills[0].test, "b");
  EXPECT_EQ(kills[1].test, "z");
  EXPECT_EQ(kills[2].kernel, "debug");
}

} // namespace

} // namespace verdict::mutants
