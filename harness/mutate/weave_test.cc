// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "mutate/weave.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;
using testing::Field;

Mutant around(size_t begin, size_t end, const std::string &before, const std::string &after)
{
  return { .edits = { { "f", begin, end, before, after } }, .what = before };
}

std::string woven(const std::string &source, const std::vector<Mutant> &mutants)
{
  return weave({ { "f", source } }, mutants).at("f");
}

TEST(Weave, NumbersMutantsFromOne)
{
  EXPECT_EQ(woven("a;b;", { around(0, 2, "if (!$MUTANT) ", ""), around(2, 4, "", " // $MUTANT") }),
            "if (!MUTANT(1)) a;b; // MUTANT(2)");
}

TEST(Weave, WhatIsInsideStaysInside)
{
  const Mutant outer = around(0, 5, "<", ">"), inner = around(0, 2, "(", ")"),
               last = around(4, 5, "[", "]");
  EXPECT_EQ(woven("ab cd", { outer, inner, last }), "<(ab) c[d]>");
  EXPECT_EQ(woven("ab cd", { inner, last, outer }), "<(ab) c[d]>");
}

TEST(Weave, OfEditsOfOnePieceTheFirstIsOutermost)
{
  EXPECT_EQ(woven("x", { around(0, 1, "<", ">"), around(0, 1, "(", ")") }), "<(x)>");
}

TEST(Weave, AnEditThatEndsClosesBeforeTheNextOpens)
{
  EXPECT_EQ(woven("xy", { around(1, 2, "(", ")"), around(0, 1, "<", ">") }), "<x>(y)");
}

TEST(Weave, AMutantMayHaveEditsInSeveralFiles)
{
  Mutant both = around(0, 1, "$MUTANT ", "");
  both.edits.push_back({ "g", 1, 1, "", "$MUTANT" });
  const auto files = weave({ { "f", "x" }, { "g", "y" }, { "h", "z" } }, { both });
  EXPECT_THAT(files, ElementsAre(std::pair("f", "MUTANT(1) x"), std::pair("g", "yMUTANT(1)"),
                                 std::pair("h", "z")));
}

TEST(Overlaps, AreEditsThatShareAPartOnly)
{
  const Edit edit{ "f", 2, 6, "", "" };
  EXPECT_TRUE(go_together(edit, { "f", 3, 5, "", "" }));
  EXPECT_TRUE(go_together(edit, { "f", 2, 6, "", "" }));
  EXPECT_TRUE(go_together(edit, { "f", 6, 8, "", "" }));
  EXPECT_TRUE(go_together(edit, { "g", 4, 8, "", "" }));
  EXPECT_FALSE(go_together(edit, { "f", 4, 8, "", "" }));
  EXPECT_FALSE(go_together({ "f", 4, 8, "", "" }, edit));
}

TEST(Overlaps, LeaveTheFirstMutant)
{
  EXPECT_THAT(without_overlaps(
                  { around(0, 4, "one", ""), around(2, 6, "two", ""), around(4, 6, "three", "") }),
              ElementsAre(Field(&Mutant::what, "one"), Field(&Mutant::what, "three")));
}

} // namespace

} // namespace verdict::mutate
