// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/trial.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "mutants/made_up.h"
#include "tests/temporary_directory.h"

namespace verdict::mutants {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Journal, GivesBackWhatWasAppended)
{
  const TemporaryDirectory directory;
  Journal journal(directory.path() / "results.jsonl");
  ASSERT_OK_AND_ASSIGN(const auto nothing, journal.read());
  EXPECT_THAT(nothing, IsEmpty());

  Trial trial =
      made_up_trial("a.c: f(): \"x\" is left out", "Nic/Tx.A/b", Outcome::failed, "debug");
  trial.digest = "abc";
  trial.said = "a broken byte: \xff";
  ASSERT_OK(journal.append(trial));
  Trial without = made_up_trial("", "t", Outcome::skipped);
  without.reached = { 1, 3 };
  ASSERT_OK(journal.append(without));
  ASSERT_OK_AND_ASSIGN(const auto trials, journal.read());
  ASSERT_THAT(trials, SizeIs(2));
  EXPECT_EQ(trials[0].digest, "abc");
  EXPECT_EQ(trials[0].reached, std::nullopt);
  EXPECT_THAT(trials[1].reached, testing::Optional(testing::ElementsAre(1, 3)));
  EXPECT_EQ(trials[0].kernel, "debug");
  EXPECT_EQ(trials[0].mutant, trial.mutant);
  EXPECT_EQ(trials[0].test, "Nic/Tx.A/b");
  EXPECT_EQ(trials[0].outcome, Outcome::failed);
  EXPECT_EQ(trials[0].how, "wrong result");
  EXPECT_THAT(trials[0].said, HasSubstr("a broken byte: "));
  EXPECT_EQ(trials[0].seconds, 1);
  EXPECT_EQ(trials[1].outcome, Outcome::skipped);
}

TEST(Journal, ForgetsAMutant)
{
  const TemporaryDirectory directory;
  Journal journal(directory.path() / "results.jsonl");
  for (const char *mutant : { "m", "n", "m" })
    ASSERT_OK(journal.append(made_up_trial(mutant, "t", Outcome::passed)));
  ASSERT_OK(journal.forget({ "m" }));
  ASSERT_OK_AND_ASSIGN(const auto trials, journal.read());
  ASSERT_THAT(trials, SizeIs(1));
  EXPECT_EQ(trials[0].mutant, "n");
}

TEST(Journal, OfAnotherFormIsAnErrorThatNamesTheLine)
{
  const TemporaryDirectory directory;
  const auto file = directory.path() / "results.jsonl";
  ASSERT_OK(write_file(file, to_line(made_up_trial("m", "t", Outcome::passed)) + "{\n"));
  const auto trials = Journal(file).read();
  ASSERT_FALSE(trials);
  EXPECT_THAT(trials.error().message, HasSubstr("results.jsonl: line 2"));
}

} // namespace

} // namespace verdict::mutants
