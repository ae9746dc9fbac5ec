// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "mutate/catalogue.h"
#include "tests/golden.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;

Mutant mutant(const std::string &what, const std::string &source = "")
{
  return { .edits = { { "a.c", 0, 1, "", "" } },
           .line = 7,
           .function = "f",
           .kind = source.empty() ? "call-left-out" : "by-hand",
           .what = what,
           .source = source };
}

TEST(Names, TellMutantsThatReadTheSameApart)
{
  EXPECT_THAT(names_of({ mutant("x"), mutant("y"), mutant("x") }),
              ElementsAre("a.c: f(): x", "a.c: f(): y", "a.c: f(): x (2)"));
}

TEST(Catalogue, HoldsWhatARunnerNeeds)
{
  const Sifted sifted{ .kept = { mutant("a lost page", "history"), mutant("`g()` is left out") },
                       .not_compiled = 1,
                       .equal = 2,
                       .doubled = 3,
                       .thinned = 4 };
  expect_golden("mutate_catalogue", catalogue(sifted, "6.12", "abc"));
}

} // namespace

} // namespace verdict::mutate
