// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/mutant.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::mutants {

namespace {

std::string entry(int id, const std::string &what)
{
  return R"({"id":)" + std::to_string(id) + R"(,"name":"a.c: f(): )" + what +
         R"(","file":"a.c","line":7,"function":"f","kind":"k","what":")" + what + R"("})";
}

std::string catalogue(const std::string &entries)
{
  return R"({"release":"6.12","mutants":[)" + entries + "]}";
}

TEST(Catalogue, FindsAMutantByWhatItIs)
{
  ASSERT_OK_AND_ASSIGN(
      const Catalogue all,
      read_catalogue(catalogue(entry(3, "x is left out") + "," + entry(4, "y is left out"))));
  EXPECT_EQ(all.release, "6.12");
  ASSERT_NE(all.find("a.c: f(): y is left out"), nullptr);
  EXPECT_EQ(all.find("a.c: f(): y is left out")->id, 4);
  EXPECT_EQ(all.find(3)->place(), "a.c:7");
  EXPECT_EQ(all.find(4)->what, "y is left out");
  EXPECT_EQ(all.find("a.c: f(): z is left out"), nullptr);
  EXPECT_EQ(all.find(5), nullptr);
}

TEST(Catalogue, OfAnotherFormIsAnError)
{
  EXPECT_FALSE(read_catalogue("{}"));
  EXPECT_FALSE(read_catalogue(catalogue(entry(0, "x"))));
  EXPECT_FALSE(read_catalogue(catalogue(entry(1, "x") + "," + entry(1, "y"))));
  EXPECT_FALSE(read_catalogue(catalogue(entry(1, "x") + "," + entry(2, "x"))));
}

} // namespace

} // namespace verdict::mutants
