// SPDX-License-Identifier: GPL-2.0-only
#include <set>

#include <gmock/gmock.h>

#include "mutate/thin.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;

Mutant mutant(unsigned line, const std::string &what, const std::string &source = "")
{
  return { .edits = { { "a.c", 0, 1, "", "" } }, .line = line, .what = what, .source = source };
}

TEST(Thin, TakesOneOfEachLineFirst)
{
  std::vector<Mutant> mutants;
  for (unsigned line = 1; line <= 20; line++) {
    for (const char *what : { "a", "b", "c" })
      mutants.push_back(mutant(line, what));
  }
  std::set<unsigned> lines;
  const auto kept = thin(mutants, 20);
  EXPECT_EQ(kept.size(), 20u);
  for (const Mutant &one : kept)
    lines.insert(one.line);
  EXPECT_EQ(lines.size(), 20u);
}

TEST(Thin, KeepsThoseMadeByHandAndTheOrder)
{
  const auto kept =
      thin({ mutant(1, "a"), mutant(1, "b", "history"), mutant(1, "c", "history") }, 2);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].what, "b");
  EXPECT_EQ(kept[1].what, "c");
}

TEST(Thin, KeepsAllOfAFew)
{
  EXPECT_EQ(thin({ mutant(1, "a"), mutant(1, "b") }, 5).size(), 2u);
}

} // namespace

} // namespace verdict::mutate
