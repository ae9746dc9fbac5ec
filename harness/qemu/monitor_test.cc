// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/monitor.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "qemu/physical_memory.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// In the form in which QEMU 7.2 prints it.
TEST(Monitor, TellsWhereEachCpuIs)
{
  ASSERT_OK_AND_ASSIGN(
      const auto cpus,
      parse_registers("\r\nCPU#0\r\n"
                      "RAX=0000000000000000 RBX=ffffffffc0012345\r\n"
                      "RIP=ffffffffc000101f RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\r\n"
                      "ES =0000 0000000000000000 ffffffff 00c00000\r\n"
                      "\r\nCPU#1\r\n"
                      "RIP=ffffffff81e00abc RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1"));
  ASSERT_THAT(cpus, SizeIs(2));
  EXPECT_EQ(cpus[0].address, 0xffffffffc000101f);
  EXPECT_FALSE(cpus[0].halted);
  EXPECT_EQ(cpus[1].address, 0xffffffff81e00abc);
  EXPECT_TRUE(cpus[1].halted);
}

TEST(Monitor, TellsWhereACpuOfArm64Is)
{
  ASSERT_OK_AND_ASSIGN(const auto cpus, parse_registers("\r\nCPU#0\r\n"
                                                        " PC=fffffc0008a01234 X00=0000000000000000 "
                                                        "X01=fffffc0008a05678\r\n"
                                                        "PSTATE=60000005 -ZC- EL1h\r\n"));
  ASSERT_THAT(cpus, SizeIs(1));
  EXPECT_EQ(cpus[0].address, 0xfffffc0008a01234);
}

TEST(Monitor, ACpuWhoseAddressIsNoNumberIsAnError)
{
  const auto cpus = parse_registers("RIP=0000000000001000 HLT=0\r\nRIP=? HLT=0\r\n");
  ASSERT_FALSE(cpus);
  EXPECT_THAT(cpus.error().message, testing::HasSubstr("RIP=?"));
}

TEST(Monitor, RegistersWithoutACpuAreAnError)
{
  const auto cpus = parse_registers("unknown command");
  ASSERT_FALSE(cpus);
  EXPECT_THAT(cpus.error().message, HasSubstr("unknown command"));
}

TEST(PhysicalMemory, IsReadWordByWord)
{
  ASSERT_OK_AND_ASSIGN(
      const auto words,
      parse_words("00000000feb80000: 0x00000001 0x80080783 0x00000000 0xffffffff\r\n"
                  "00000000feb80010: 0x0000002a\r\n"));
  EXPECT_THAT(words, ElementsAre(1, 0x80080783, 0, 0xffffffff, 42));
  ASSERT_OK_AND_ASSIGN(const auto nothing, parse_words(""));
  EXPECT_THAT(nothing, IsEmpty());
}

TEST(PhysicalMemory, OtherTextIsAnError)
{
  const auto words = parse_words("Cannot access memory");
  ASSERT_FALSE(words);
  EXPECT_THAT(words.error().message, HasSubstr("Cannot access memory"));
}

} // namespace

} // namespace verdict
