// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/text.h"
#include "mutate/operators.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict::mutate {

namespace {

using testing::Contains;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

// Parses sources that come one from another's #include; the last one is the unit.
class Operators : public testing::Test {
protected:
  void find(const Sources &sources, const Targets &targets, const std::string &unit)
  {
    sources_ = sources;
    const std::string tree = directory_.path().string() + "/";
    for (const auto &[file, text] : sources)
      ASSERT_OK(write_file(tree + file, text));
    ASSERT_OK_AND_ASSIGN(Unit parsed, Unit::parse(tree + unit, { "-w" }));
    std::map<std::string, Unit> units;
    units.emplace(unit, std::move(parsed));
    found_ = find_mutants(units, tree, sources, targets);
  }

  void find(const std::string &source) { find({ { "a.c", source } }, { { "a.c", {} } }, "a.c"); }

  /// Each mutant: what it is, and the lines that it changes.
  std::string listing() const
  {
    std::string text;
    for (const Mutant &mutant : found_.mutants) {
      text +=
          fmt::format("{} {}() {}: {}\n", mutant.line, mutant.function, mutant.kind, mutant.what);
      const auto before = split_lines(sources_.at(mutant.file()));
      const auto after = split_lines(weave(sources_, { mutant }).at(mutant.file()));
      for (size_t i = 0; i < before.size(); i++) {
        if (before[i] != after[i])
          text += "    " + after[i] + "\n";
      }
    }
    return text;
  }

  TemporaryDirectory directory_;
  Sources sources_;
  Found found_;
};

TEST_F(Operators, LeaveStatementsOut)
{
  ASSERT_NO_FATAL_FAILURE(find(R"(void f(int); int a, b;
#define twice(x) do { f(x); f(x); } while (0)
void statements(int *p)
{
	int here = 1;

	f(b);
	twice(b);
	a = b;
	a += b;
	p[b]++;
	for (;;) {
		if (a)
			break;
		else
			continue;
	}
	switch (a) {
	case 1:
		f(2);
		goto out;
	default:
		return;
	}
out:
	f(here);
}
)"));
  expect_golden("mutate_statements", listing());
}

TEST_F(Operators, ChangeConditions)
{
  ASSERT_NO_FATAL_FAILURE(find(R"(#define unlikely(x) __builtin_expect(!!(x), 0)
int f(void); int g(int);
int conditions(int a, int b, unsigned int c)
{
	if (unlikely(a < b || !f()))
		return -22;
	while (f() && a)
		g(a);
	do {
		g(b);
	} while (c);
	for (a = 0; a >= b; a++)
		g(a);
	return c == b ? a : g(b);
}
)"));
  expect_golden("mutate_conditions", listing());
}

TEST_F(Operators, ChangeValues)
{
  ASSERT_NO_FATAL_FAILURE(find(R"(#define SIZE (2048 - 1)
#define EINVAL 22
#define PLUS(a, b) ((a) + (b))
enum { FIRST, SECOND };
typedef _Bool bool;
#define true 1
int h(int, int, unsigned int); void set(bool);
static const int table[SIZE + 1] = { 1, 2 };
int values(int a, int *p)
{
	static int kept = 5;
	int size = a + SIZE, other = SIZE;

	a = PLUS(a, SIZE) | 0x10;
	a = h(a & ~0x10, size, sizeof(p[3]));
	set(true);
	p[SECOND] = a - size;
	p[other--] = table[h(a, SECOND, 1)];
	return a ? -EINVAL : kept;
}
)"));
  expect_golden("mutate_values", listing());
}

TEST_F(Operators, ChangeResults)
{
  ASSERT_NO_FATAL_FAILURE(find(R"(typedef _Bool bool;
int g(void); void *q;
int number(void)
{
	return g();
}

int good(void)
{
	return 0;
}

int bad(void)
{
	return -5;
}

bool yes(int a)
{
	return a;
}

void *pointer(void)
{
	return q;
}
)"));
  expect_golden("mutate_results", listing());
}

TEST_F(Operators, LeaveALockOutWithItsUnlocks)
{
  ASSERT_NO_FATAL_FAILURE(
      find(R"(void __netif_tx_lock(int); void __netif_tx_unlock(int); int f(void);
void locked(int q)
{
	__netif_tx_lock(q);
	if (f()) {
		__netif_tx_unlock(q);
		return;
	}
	__netif_tx_unlock(q);
}

void locks_for_another(int q)
{
	__netif_tx_lock(q);
}
)"));
  expect_golden("mutate_locks", listing());
}

TEST_F(Operators, MutateTheLinesAskedForAlone)
{
  ASSERT_NO_FATAL_FAILURE(
      find({ { "a.c", "void f(int);\nvoid g(int a)\n{\n\tf(a);\n\tf(-a);\n}\n" } },
           { { "a.c", { 5 } } }, "a.c"));
  ASSERT_EQ(found_.mutants.size(), 1u);
  EXPECT_EQ(found_.mutants[0].what, "`f(-a)` is left out");
}

TEST_F(Operators, MutateAHeaderOnceThroughAnyUnit)
{
  const std::string header = "void f(void);\nstatic inline void h(void)\n{\n\tf();\n}\n";
  const Sources sources{ { "h.h", header }, { "a.c", "#include \"h.h\"\n" } };
  ASSERT_NO_FATAL_FAILURE(find(sources, { { "h.h", {} }, { "a.c", {} } }, "a.c"));
  ASSERT_EQ(found_.mutants.size(), 1u);
  EXPECT_EQ(found_.mutants[0].file(), "h.h");
  ASSERT_EQ(found_.functions.size(), 1u);
  EXPECT_EQ(found_.functions[0].unit, "a.c");
  EXPECT_EQ(header.substr(found_.functions[0].name_begin, 4), "h(vo");
}

TEST_F(Operators, LeaveOtherFilesAlone)
{
  const Sources sources{ { "h.h", "void f(void);\nstatic inline void h(void)\n{\n\tf();\n}\n" },
                         { "a.c", "#include \"h.h\"\n" } };
  ASSERT_NO_FATAL_FAILURE(find(sources, { { "a.c", {} } }, "a.c"));
  EXPECT_THAT(found_.mutants, IsEmpty());
}

TEST(Units, WithAnErrorAreRefused)
{
  TemporaryDirectory directory;
  const std::string path = directory.path() / "a.c";
  ASSERT_OK(write_file(path, "int f(void)\n{\n\treturn g;\n}\n"));
  const auto unit = Unit::parse(path, { "-w" });
  ASSERT_FALSE(unit);
  EXPECT_THAT(unit.error().message, testing::HasSubstr("a.c:3:9: error: use of undeclared"));
}

} // namespace

} // namespace verdict::mutate
