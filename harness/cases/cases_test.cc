// SPDX-License-Identifier: GPL-2.0-only
#include "cases/cases.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char *source = R"(// SPDX-License-Identifier: GPL-2.0-only
// Frames come back: all of them,
// unchanged.
#include "a.h"

class Tx : public XdpTest {
  void SetUp() override { REQUIRE_KERNEL(find_leaks); }
};

// Long ones, too.
TEST_P(Tx, LongFramesComeBack)
{
  REQUIRE(jumbo);
  if (true) {
  }
}

TEST_P(Tx, ShortFramesComeBack)
{
}

VERDICT_ON_NICS_OF(verdicts, Tx);
)";

std::vector<std::string> names(const std::vector<Case> &cases)
{
  std::vector<std::string> names;
  for (const Case &one : cases)
    names.push_back(one.full_name());
  return names;
}

TEST(Cases, AreReadFromTheSource)
{
  const auto cases = cases_of(source, "tx_test.cc", {});
  ASSERT_THAT(names(cases), ElementsAre("Tx.LongFramesComeBack", "Tx.ShortFramesComeBack"));
  EXPECT_EQ(cases[0].about, "Frames come back: all of them, unchanged.");
  EXPECT_EQ(cases[0].place, "tx_test.cc:11");
  EXPECT_EQ(cases[0].columns, "verdicts");
  EXPECT_EQ(cases[0].source, "// Long ones, too.\nTEST_P(Tx, LongFramesComeBack)\n{\n"
                             "  REQUIRE(jumbo);\n  if (true) {\n  }\n}\n");
  EXPECT_EQ(cases[1].source, "TEST_P(Tx, ShortFramesComeBack)\n{\n}\n");
}

TEST(Cases, OfTheSuiteAreKnown)
{
  ASSERT_OK_AND_ASSIGN(const auto cases, read_cases());
  EXPECT_THAT(names(cases), testing::Contains("Drop.NothingComesThrough"));
  for (const Case &one : cases) {
    EXPECT_THAT(one.about, Not(IsEmpty())) << one.full_name();
    EXPECT_TRUE(suite_named(one.columns)) << one.full_name() << " is on " << one.columns;
  }
}

TEST(Cases, FitAPattern)
{
  const auto cases = cases_of(source, "", {});
  EXPECT_THAT(fitting(cases, "*"), SizeIs(2));
  EXPECT_THAT(names(fitting(cases, "Tx.Long*")), ElementsAre("Tx.LongFramesComeBack"));
  EXPECT_THAT(fitting(cases, "Tx"), IsEmpty());
}

TEST(Cases, NamesAreSentences)
{
  EXPECT_EQ(in_words("AbortedDropsAndFiresTheTracepoint"),
            "Aborted drops and fires the tracepoint");
  EXPECT_EQ(in_words("ListOfDMAMappings"), "List of DMA mappings");
  EXPECT_EQ(in_words("FramesGoThroughDMA"), "Frames go through DMA");
}

TEST(Cases, AreSkippedForWhatTheDriverCannotDo)
{
  const auto cases = cases_of(source, "", fixtures_of(source));
  Column column{ .nics = { Nic{} } };
  KernelProfile kernel;
  EXPECT_EQ(skipped_for(cases[0], column, kernel), "");
  kernel.cannot[KernelCan::find_leaks] = "it has no kmemleak";
  EXPECT_EQ(skipped_for(cases[0], column, kernel), "it has no kmemleak");
  column.nics[0].cannot[Can::jumbo] = "it is too small";
  EXPECT_EQ(skipped_for(cases[0], column, kernel), "it is too small");
  EXPECT_EQ(skipped_for(cases[1], column, kernel), "it has no kmemleak");
}

constexpr const char *fixtures = R"(#include "b.h"
class Bare : public XdpTest {};

class XdpTest : public NicTest {
  milliseconds limit{ 1 };

protected:
  void SetUp() override;
};

class NicTest : public testing::Test {
  void SetUp() override { REQUIRE(jumbo); }
};

void XdpTest::SetUp()
{
  NicTest::SetUp();
  REQUIRE_KERNEL(find_leaks);
}

TEST_P(Bare, Runs)
{
  REQUIRE_KERNEL(run_kunit);
}
)";

TEST(Cases, StandOnClassesThatEndWhereTheyEnd)
{
  const auto of = fixtures_of("class Bare : public XdpTest {};\nTEST_P(Bare, Runs)\n{\n}\n");
  EXPECT_EQ(of.at("Bare"), "class Bare : public XdpTest {};\n");
}

TEST(Cases, StandOnTheClassesBelow)
{
  const auto of = fixtures_of(fixtures);
  EXPECT_EQ(of.at("XdpTest"),
            "class XdpTest : public NicTest {\n  milliseconds limit{ 1 };\n\nprotected:\n"
            "  void SetUp() override;\n};\n"
            "void XdpTest::SetUp()\n{\n  NicTest::SetUp();\n  REQUIRE_KERNEL(find_leaks);\n}\n"
            "class NicTest : public testing::Test {\n"
            "  void SetUp() override { REQUIRE(jumbo); }\n};\n");
  EXPECT_EQ(of.at("Bare"), "class Bare : public XdpTest {};\n" + of.at("XdpTest"));
}

TEST(Cases, OfTheSuiteAreSkippedForWhatTheirFixturesAskFor)
{
  ASSERT_OK_AND_ASSIGN(const auto cases, read_cases());
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("stable"));
  ASSERT_OK_AND_ASSIGN(const KernelProfile stable, load_kernel_profile("stable"));
  const auto reason = [&](const std::string &name, const std::string &column) {
    const auto found = fitting(cases, name);
    EXPECT_THAT(found, SizeIs(1)) << name;
    return found.empty() ? "" : skipped_for(found[0], find_column(columns, column).value(), stable);
  };
  EXPECT_EQ(reason("XdpCheckers.ARingWithFewerBuffersIsNoticed", "e1000-82540em"), "");
  EXPECT_EQ(reason("SmpKUnit.Locks", "e1000-smp"), stable.cannot.at(KernelCan::run_kunit));
  EXPECT_EQ(reason("Offload.MapsAreOnTheDevice", "netdevsim"),
            stable.cannot.at(KernelCan::simulate_nics));
}

} // namespace

} // namespace verdict
