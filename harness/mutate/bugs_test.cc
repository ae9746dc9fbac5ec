// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "mutate/bugs.h"

namespace verdict::mutate {

namespace {

using testing::HasSubstr;

const Sources sources{ { "a.c", "int f(int a)\n{\n\treturn a + 1;\n}\n" } };
const std::vector<Function> functions{
  { .unit = "a.c", .file = "a.c", .name = "f", .begin = 0, .end = 33, .name_begin = 4 }
};

std::string bug(const std::string &edits)
{
  return R"([{ "what": "one too few", "source": "history", "edits": [)" + edits + "]}]";
}

Result<std::vector<Mutant>> read(const std::string &edits)
{
  return read_bugs(bug(edits), sources, functions);
}

TEST(Bugs, ArePutWhereTheyBelong)
{
  ASSERT_OK_AND_ASSIGN(const auto bugs, read(R"({ "file": "a.c", "find": "return a + 1;",
    "piece": "a + 1", "replace": "$MUTANT ? a : $FOUND" })"));
  ASSERT_EQ(bugs.size(), 1u);
  EXPECT_EQ(weave(sources, bugs).at("a.c"),
            "int f(int a)\n{\n\treturn MUTANT(1) ? a : a + 1;\n}\n");
  EXPECT_EQ(bugs[0].line, 3u);
  EXPECT_EQ(bugs[0].function, "f");
  EXPECT_EQ(bugs[0].what, "one too few");
  EXPECT_TRUE(bugs[0].by_hand());
}

struct Refusal {
  const char *edits, *because;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithTheReason)
{
  const auto bugs = read(GetParam().edits);
  ASSERT_FALSE(bugs);
  EXPECT_THAT(bugs.error().message, HasSubstr("one too few: "));
  EXPECT_THAT(bugs.error().message, HasSubstr(GetParam().because));
}

INSTANTIATE_TEST_SUITE_P(
    Bugs, Refused,
    testing::Values(
        Refusal{ R"({ "file": "b.c", "find": "a", "replace": "$FOUND$MUTANT" })",
                 "b.c is not among the files that are mutated" },
        Refusal{ R"({ "file": "a.c", "find": "return b;", "replace": "$FOUND$MUTANT" })",
                 "stands 0 times in a.c" },
        Refusal{ R"({ "file": "a.c", "find": "int", "replace": "$FOUND$MUTANT" })",
                 "stands 2 times in a.c" },
        Refusal{ R"({ "file": "a.c", "find": "a + 1", "piece": "b", "replace": "$FOUND$MUTANT" })",
                 "the piece does not stand once" },
        Refusal{ R"({ "file": "a.c", "find": "a + 1", "replace": "$MUTANT ? a : a + 1" })",
                 "needs $FOUND once" },
        Refusal{ R"({ "file": "a.c", "find": "a + 1", "replace": "$MUTANT\n$FOUND" })",
                 "more than a line" },
        Refusal{ R"({ "file": "a.c", "find": "a + 1", "replace": "$FOUND + 1" })",
                 "no edit has $MUTANT" },
        Refusal{ "", "it needs a source and an edit" }));

TEST(Bugs, ThatOverlapAreRefused)
{
  const std::string one = R"({ "what": "one", "source": "s", "edits": [{ "file": "a.c",
    "find": "return a", "replace": "$MUTANT$FOUND" }]})";
  const std::string two = R"({ "what": "two", "source": "s", "edits": [{ "file": "a.c",
    "find": "a + 1", "replace": "$MUTANT$FOUND" }]})";
  const auto bugs = read_bugs("[" + one + "," + two + "]", sources, functions);
  ASSERT_FALSE(bugs);
  EXPECT_EQ(bugs.error().message, "two: overlaps: one");
}

TEST(Bugs, ThatAreNoJsonAreRefused)
{
  EXPECT_FALSE(read_bugs("[{]", sources, functions));
  EXPECT_FALSE(read_bugs(R"([{ "what": "no source" }])", sources, functions));
}

} // namespace

} // namespace verdict::mutate
