// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/process.h"
#include "mutate/sift.h"
#include "tests/temporary_directory.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

const std::string source = R"(int printf(const char *, ...);
extern int chosen;
static int twice(int a)
{
	return a + a;
}

int sum(int a, int b)
{
	int c = twice(a);

	if (a > b)
		c += b;
	switch (a) {
	case 5:
		c++;
		break;
	}
	return c;
}
)";

class Sift : public testing::Test {
protected:
  Result<Sifted> sifted(const std::vector<Mutant> &by_hand = {})
  {
    const std::string tree = directory_.path() / "tree/", woven = directory_.path() / "woven/";
    TRY(make_directories(tree));
    TRY(make_directories(woven));
    TRY(write_file(tree + "a.c", source));
    const Compiler compiler =
        TRY(Compiler::parse("savedcmd_a.o := gcc -O2 -c -o a.o a.c", directory_.path()));
    std::map<std::string, Unit> units;
    units.emplace("a.c", TRY(Unit::parse(tree + "a.c", compiler.clang_options())));
    const Found found = find_mutants(units, tree, sources_, { { "a.c", {} } });
    std::vector<Mutant> mutants = by_hand;
    mutants.insert(mutants.end(), found.mutants.begin(), found.mutants.end());
    return sift({ { { "a.c", compiler } }, tree, woven, directory_.path() }, sources_,
                found.functions, mutants);
  }

  // A mutant made by hand, around the only place where a text stands.
  Mutant around(const std::string &piece, const std::string &before, const std::string &after,
                const std::string &what) const
  {
    const size_t begin = source.find(piece);
    return { .edits = { { "a.c", begin, begin + piece.size(), before, after } },
             .line = 1,
             .function = "sum",
             .kind = "by-hand",
             .what = what,
             .source = "test" };
  }

  TemporaryDirectory directory_;
  Sources sources_{ { "a.c", source } };
};

TEST_F(Sift, LeavesWhatMakesADifference)
{
  ASSERT_OK_AND_ASSIGN(const Sifted left, sifted());
  std::vector<std::string> what;
  for (const Mutant &mutant : left.kept)
    what.push_back(mutant.what);
  EXPECT_THAT(what, testing::Contains("the condition `a > b` is held false"));
  EXPECT_THAT(what, testing::Contains("`a > b` is `>=` in `if (a > b)`"));
  EXPECT_THAT(what, testing::Contains("`return c` returns 0"));
  // Nothing comes behind the switch's last break; and with the statement left out nothing asks for
  // its condition.
  EXPECT_THAT(what, testing::Not(testing::Contains("`break` is left out")));
  EXPECT_THAT(what, testing::Not(testing::Contains("`c += b` is left out")));
  EXPECT_EQ(left.equal, 1u);
  EXPECT_EQ(left.doubled, 1u);
  EXPECT_EQ(left.not_compiled, 0u);
}

TEST_F(Sift, KeepsTheOneMadeByHandOfTwoThatAreTheSame)
{
  ASSERT_OK_AND_ASSIGN(const Sifted left,
                       sifted({ around("c += b;", "if (!$MUTANT) ", "", "c stays") }));
  EXPECT_THAT(left.kept.front(), Field(&Mutant::what, "c stays"));
  for (size_t i = 1; i < left.kept.size(); i++)
    EXPECT_NE(left.kept[i].what, "the condition `a > b` is held false");
}

TEST_F(Sift, CountsWhatIsNoC)
{
  Mutant wrong = around("c += b;", "if ($MUTANT) undeclared = 1; else ", "", "no C");
  wrong.source.clear();
  ASSERT_OK_AND_ASSIGN(const Sifted left, sifted({ wrong }));
  EXPECT_EQ(left.not_compiled, 1u);
}

TEST_F(Sift, CountsWhatIsNoCOnlyWhenItIsChosenAtRunTime)
{
  Mutant wrong = around("c += b;", "{ _Static_assert($MUTANT, \"\"); ", " }", "no constant");
  wrong.edits.front().before += "if (!$MUTANT) ";
  wrong.source.clear();
  ASSERT_OK_AND_ASSIGN(const Sifted left, sifted({ wrong }));
  EXPECT_EQ(left.not_compiled, 1u);
}

TEST_F(Sift, RefusesAMutantMadeByHandThatIsNone)
{
  const auto no_c = sifted({ around("c += b;", "if ($MUTANT) undeclared = 1; ", "", "no C") });
  ASSERT_FALSE(no_c);
  EXPECT_THAT(no_c.error().message, HasSubstr("does not compile: no C"));

  const auto nothing = sifted({ around("return c;", "if ($MUTANT) c += 0; ", "", "nothing") });
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().message, "changes nothing: nothing");

  const auto again = sifted({ around("c += b;", "if (!$MUTANT) ", "", "first"),
                              around("a > b", "!$MUTANT && ", "", "second") });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "is the same as `first`: second");
}

// What a program says with a mutant chosen.
Result<std::string> said(const std::filesystem::path &program, size_t chosen)
{
  const std::string output = program.string() + ".output";
  const Fd file = TRY(open_file(output, O_WRONLY | O_CREAT | O_TRUNC));
  const Command command{ .arguments = { program, std::to_string(chosen) }, .output = file.get() };
  Child child = TRY(Child::spawn(command));
  child.wait(Deadline(std::chrono::seconds(30)));
  return read_file(output);
}

TEST_F(Sift, EachMutantIsChosenByItsNumberAndNoneByZero)
{
  ASSERT_OK_AND_ASSIGN(const Sifted left, sifted());
  const auto program = directory_.path() / "program";
  const std::string main = R"(int atoi(const char *); int chosen;
int main(int argc, char **argv)
{
	chosen = atoi(argv[1]);
	for (int a = 0; a < 8; a++)
		printf("%d %d,", sum(a, 3), sum(a, 9));
	return 0;
}
)";
  ASSERT_OK(write_file(program.string() + ".c", weave(sources_, left.kept).at("a.c") + main));
  const Command command{ .arguments = { "gcc", "-w", "-DMUTANT(n)=(chosen == (n))", "-o", program,
                                        program.string() + ".c" } };
  ASSERT_OK_AND_ASSIGN(Child compiler, Child::spawn(command));
  compiler.wait(Deadline(std::chrono::seconds(60)));
  ASSERT_TRUE(compiler.exited_well());

  ASSERT_OK_AND_ASSIGN(const std::string original, said(program, 0));
  EXPECT_EQ(original, "0 0,2 2,4 4,6 6,11 8,14 11,15 12,17 14,");
  for (size_t i = 0; i < left.kept.size(); i++) {
    ASSERT_OK_AND_ASSIGN(const std::string changed, said(program, i + 1));
    if (left.kept[i].what != "`a > b` is `>=` in `if (a > b)`") {
      EXPECT_NE(changed, original) << left.kept[i].what;
    }
  }
}

} // namespace

} // namespace verdict::mutate
