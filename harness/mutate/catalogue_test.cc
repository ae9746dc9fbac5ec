// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/gtest_result.h"
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
  ASSERT_OK_AND_ASSIGN(
      const auto json,
      catalogue(sifted, { { "a.c: f(): `g()` is left out", "a prefetch" } }, "6.12", "abc"));
  expect_golden("mutate_catalogue", json);
}

TEST(Catalogue, RefusesAReasonForAMutantThatDoesNotExist)
{
  const auto json =
      catalogue({ .kept = { mutant("x") } }, { { "a.c: f(): y", "gone" } }, "6.12", "");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().message,
            "a reason is given for a mutant that does not exist: a.c: f(): y");
}

TEST(Reasons, AreTexts)
{
  EXPECT_OK(read_reasons(R"({ "a": "b" })"));
  EXPECT_FALSE(read_reasons(R"({ "a": 1 })"));
  EXPECT_FALSE(read_reasons("{"));
}

} // namespace

} // namespace verdict::mutate
