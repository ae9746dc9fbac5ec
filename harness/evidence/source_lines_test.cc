// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/source_lines.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "evidence/complaints.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::HasSubstr;

TEST(SourceLines, AreTheInnermostFunctions)
{
  ASSERT_OK_AND_ASSIGN(
      const std::string line,
      parse_faddr2line("nic_flush+0x1f/0x70:\n"
                       "ring_write at /build/tree/drivers/net/nic/ring.h:31 (discriminator 3)\n"
                       " (inlined by) nic_flush at /build/tree/drivers/net/nic/xdp.c:316\n"));
  EXPECT_EQ(line, "/build/tree/drivers/net/nic/ring.h:31");
}

TEST(SourceLines, WithoutALineThereIsAnError)
{
  EXPECT_FALSE(parse_faddr2line("no match for nic_flush+0x1f/0x70\n"));
  EXPECT_FALSE(parse_faddr2line(
      "skipping nic_flush address at 0x147b8 due to size mismatch (0x1 != 0x2)\n"));
}

class CodeMapTest : public testing::Test {
protected:
  void SetUp() override
  {
    ASSERT_OK(write_file(directory_.path() / "kallsyms", "ffffffff81000100 T __napi_poll\n"
                                                         "ffffffffc0200000 t nic_flush\t[nic]\n"));
    ASSERT_OK(write_file(directory_.path() / "modules.json",
                         R"({ "nic": { "out_of_tree": true, "sections": { ".text": 1 } } })"));
  }

  TemporaryDirectory directory_;
};

TEST_F(CodeMapTest, NamesThePlaceOfAnAddress)
{
  ASSERT_OK_AND_ASSIGN(const CodeMap map, CodeMap::load(directory_.path()));
  EXPECT_EQ(map.place(0xffffffffc020001f)->text(), "nic_flush+0x1f [nic]");
  EXPECT_EQ(map.place(0xffffffff81000100)->text(), "__napi_poll+0x0");
  EXPECT_EQ(map.place(0x401000), std::nullopt);
}

TEST_F(CodeMapTest, TellsWhereTheCpusAre)
{
  SourceLines lines({}, directory_.path());
  const std::vector<CpuPosition> cpus{ { 0xffffffffc020001f, false },
                                       { 0xffffffff81000100, true },
                                       { 0x401000, false } };
  EXPECT_EQ(where_cpus_are(cpus, &lines),
            "CPU 0 in nic_flush+0x1f [nic]; CPU 1 waits for an interrupt; CPU 2 at 0x401000");
}

TEST_F(CodeMapTest, WithoutItsFileNamesTheDirectory)
{
  ASSERT_OK(write_file(directory_.path() / "modules.json", "cut sho"));
  const auto map = CodeMap::load(directory_.path());
  ASSERT_FALSE(map);
  EXPECT_THAT(map.error().message, HasSubstr(directory_.path().string()));
}

} // namespace

} // namespace verdict
