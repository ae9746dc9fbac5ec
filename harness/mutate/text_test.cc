// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "mutate/text.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Squeeze, LeavesOneBlankAndNoComment)
{
  EXPECT_EQ(squeeze("  a =\n\t\tb /* the\n * second */ + c; // end\n"), "a = b + c;");
  EXPECT_EQ(squeeze("puts(\"two  blanks /* here */\")"), "puts(\"two  blanks /* here */\")");
  EXPECT_EQ(squeeze("a /* without end"), "a");
}

TEST(Balanced, CountsBracketsOfCodeAlone)
{
  EXPECT_TRUE(is_balanced("f(a[1], { 2 })"));
  EXPECT_TRUE(is_balanced("')' /* ) */ \"\\\")\" // )"));
  EXPECT_FALSE(is_balanced("f(a"));
  EXPECT_FALSE(is_balanced("a)(b"));
  EXPECT_FALSE(is_balanced("(a]"));
}

TEST(Identifiers, DoNotBeginWithADigit)
{
  EXPECT_TRUE(is_identifier("_a1"));
  EXPECT_FALSE(is_identifier("1a"));
  EXPECT_FALSE(is_identifier("a b"));
  EXPECT_FALSE(is_identifier(""));
}

TEST(Calls, AreSplitAtTheirOwnCommas)
{
  const auto call = parse_call("f(a, g(b, c), \"d, e\",\n  x[i, j])");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->function, "f");
  EXPECT_THAT(call->arguments, ElementsAre("a", "g(b, c)", "\"d, e\"", "x[i, j]"));
  ASSERT_TRUE(parse_call("f()"));
  EXPECT_THAT(parse_call("f()")->arguments, IsEmpty());
}

TEST(Calls, AreOneCallAsAWhole)
{
  EXPECT_FALSE(parse_call("f(a) + g(b)"));
  EXPECT_FALSE(parse_call("(f)(a)"));
  EXPECT_FALSE(parse_call("f"));
  EXPECT_FALSE(parse_call(""));
}

} // namespace

} // namespace verdict::mutate
