// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/watch.h"

#include <deque>
#include <map>

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "mutants/made_up.h"

namespace verdict::mutants {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Fate killed(int id, const std::string &file, const std::string &kind, double seconds,
            const std::string &kernel = "fast")
{
  const Mutant mutant = made_up_mutant(id, file, "f", kind);
  return { .mutant = mutant,
           .kills = { made_up_trial(mutant.key, "t", Outcome::failed, kernel, seconds) } };
}

std::vector<int> ids(const Report &report, const std::vector<Watch> &watches)
{
  std::vector<int> ids;
  for (const Watch &watch : watches) {
    for (const Fate &fate : report.fates) {
      if (fate.mutant.key == watch.mutant)
        ids.push_back(fate.mutant.id);
    }
  }
  return ids;
}

TEST(Pick, TakesTheQuickestOfEachFileAndKind)
{
  const Report report{ .fates = { { .mutant = made_up_mutant(1, "a.c", "f") },
                                  killed(2, "a.c", "call", 3),
                                  killed(3, "a.c", "call", 1),
                                  killed(4, "a.c", "condition", 9),
                                  killed(5, "b.c", "call", 2),
                                  killed(6, "c.c", "call", 1, "debug"),
                                  killed(7, "d.c", "call", 60) } };
  EXPECT_THAT(ids(report, pick(report, 2)), UnorderedElementsAre(3, 5)) << "of all files first";
  EXPECT_THAT(ids(report, pick(report, 3)), UnorderedElementsAre(3, 4, 5));
  EXPECT_THAT(ids(report, pick(report, 4)), UnorderedElementsAre(2, 3, 4, 5));
  EXPECT_THAT(pick(report, 10), SizeIs(4)) << "those that are killed soon, on the fast kernel";
}

TEST(Killers, AreThoseOfNowAndElseThoseOfBefore)
{
  const Report report{ .fates = { killed(1, "a.c", "call", 1),
                                  { .mutant = made_up_mutant(2, "a.c", "g") },
                                  { .mutant = made_up_mutant(3, "a.c", "h") } } };
  const auto key = [&](size_t i) { return report.fates[i].mutant.key; };
  const auto all = killers(
      report, { { key(0), "another test" }, { key(1), "Nic/Tx.A/b" }, { "gone", "Nic/Tx.A/b" } });
  ASSERT_THAT(all, SizeIs(2)) << "the third mutant was never killed, another is none any more";
  EXPECT_EQ(all[0].mutant, key(0));
  EXPECT_EQ(all[0].test, report.fates[0].kills[0].test);
  EXPECT_EQ(all[1].mutant, key(1));
  EXPECT_EQ(all[1].test, "Nic/Tx.A/b");
}

TEST(Check, WantsTwoFailuresInARowOfEachMutant)
{
  Catalogue catalogue;
  for (const int id : { 1, 2, 3 })
    catalogue.mutants.push_back(made_up_mutant(id, "a.c", "f"));
  std::vector<Watch> watches;
  for (const Mutant &mutant : catalogue.mutants)
    watches.push_back({ mutant.key, "Nic/Tx.A/b" });
  // Of each mutant, what the test does to it time after time; 0 is none.
  constexpr auto passed = Outcome::passed, failed = Outcome::failed;
  std::map<int, std::deque<Outcome>> next{
    { 0, { passed } }, { 1, { failed, failed } }, { 2, { failed, passed } }, { 3, { passed } }
  };
  const auto run = [&](const Group &mutants, const std::string &test) {
    auto &outcomes = next.at(mutants.empty() ? 0 : mutants.front()->id);
    const Outcome outcome = outcomes.empty() ? Outcome::error : outcomes.front();
    if (!outcomes.empty())
      outcomes.pop_front();
    return made_up_trial(mutants.empty() ? "" : mutants.front()->key, test, outcome);
  };
  const auto wrong = check(catalogue, watches, 1, run);
  EXPECT_THAT(wrong, UnorderedElementsAre(HasSubstr("mutant 2"), HasSubstr("mutant 3")));
  for (const auto &[id, left] : next)
    EXPECT_THAT(left, IsEmpty()) << id;

  next = { { 0, { failed } }, { 1, { failed, failed } } };
  EXPECT_THAT(check(catalogue, { watches[0] }, 1, run),
              ElementsAre(HasSubstr("Nic/Tx.A/b fails without a mutant")));
}

TEST(Watches, GoToTheirFileAndBack)
{
  const std::string file = write_watches({ { "a.c: f(): x", "Nic/Tx.A/b" } });
  EXPECT_THAT(file, testing::StartsWith("// SPDX-License-Identifier: "));
  ASSERT_OK_AND_ASSIGN(const auto watches, read_watches(file));
  ASSERT_THAT(watches, SizeIs(1));
  EXPECT_EQ(watches[0].mutant, "a.c: f(): x");
  EXPECT_EQ(watches[0].test, "Nic/Tx.A/b");
  EXPECT_FALSE(read_watches(R"([{"mutant":"m"}])"));
}

} // namespace

} // namespace verdict::mutants
