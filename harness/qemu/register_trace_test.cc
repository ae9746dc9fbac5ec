// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/register_trace.h"

#include <gmock/gmock.h>

namespace verdict {

namespace {

TEST(RegisterTrace, CountsOneNicsWrites)
{
  const std::string log = "12@1.5:memory_region_ops_write cpu 0 mr 0x55 addr 0xfeb03818 value 0x1 "
                          "size 4 name 'e1000-mmio'\n"
                          "memory_region_ops_write cpu 0 mr 0x55 addr 0xfeb03818 value 0x2 size 4 "
                          "name 'e1000-mmio'\n"
                          "memory_region_ops_write cpu 0 mr 0x55 addr 0xfeb02818 value 0x2 size 4\n"
                          "memory_region_ops_write cpu 0 mr 0x66 addr 0xfeb23818 value 0x1 size 4\n"
                          "memory_region_ops_write cpu 0 mr 0x77 addr 0x3f8 value 0x41 size 1\n"
                          "memory_region_ops_read cpu 0 mr 0x55 addr 0xfeb03818 value 0x1 size 4\n"
                          "something else\n";
  EXPECT_THAT(count_register_writes(log, 0xfeb00000, 0x20000),
              testing::ElementsAre(std::pair(0x2818, 1), std::pair(0x3818, 2)));
  EXPECT_THAT(count_register_writes(log, 0xfeb20000, 0x20000),
              testing::ElementsAre(std::pair(0x3818, 1)));
  EXPECT_THAT(count_register_writes("", 0, ~0ull), testing::IsEmpty());
}

} // namespace

} // namespace verdict
