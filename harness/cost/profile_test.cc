// SPDX-License-Identifier: GPL-2.0-only
#include "cost/profile.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::cost {

namespace {

constexpr const char *kallsyms = "ffffffff81000000 T _stext\n"
                                 "ffffffff81000100 t __napi_poll\n"
                                 "ffffffff81000200 T page_pool_alloc_pages\n"
                                 "ffffffff81000200 T __pfx_twin\n"
                                 "ffffffff81000300 D jiffies\n"
                                 "ffffffff81000400 T bpf_dispatcher_xdp_func\n"
                                 "ffffffffc0000000 t e1000_clean\t[e1000]\n"
                                 "ffffffffc0000100 t xdp_ring_commit_stats\t[xdp_ring]\n"
                                 "ffffffffc0000200 t bpf_prog_1_drop\t[bpf]\n"
                                 "ffffffffc0000300 t veth_poll\t[veth]\n";

Symbols symbols()
{
  Symbols symbols;
  EXPECT_OK(symbols.add(kallsyms));
  return symbols;
}

TEST(Ranges, FollowFromModuleAndName)
{
  const Symbols all = symbols();
  const auto range = [&](uint64_t address) { return range_of(all.find(address), "e1000"); };
  EXPECT_EQ(range(0xffffffffc0000010), Range::driver);
  EXPECT_EQ(range(0xffffffffc0000110), Range::xdp_ring);
  EXPECT_EQ(range(0xffffffffc0000210), Range::bpf);
  EXPECT_EQ(range(0xffffffffc0000310), Range::kernel);
  EXPECT_EQ(range(0xffffffff81000210), Range::page_pool);
  EXPECT_EQ(range(0xffffffff81000110), Range::kernel);
  EXPECT_EQ(range(0xffffffff81000410), Range::bpf);
  EXPECT_EQ(range(0x401000), Range::user);
  EXPECT_EQ(range_of(all.find(0xffffffff81000110), ""), Range::kernel);
}

TEST(Profile, AddsUpByFunctionDearestFirst)
{
  const Counts counts{ .instructions = { { 0xffffffffc0000000, 2 },
                                         { 0xffffffffc0000004, 3 },
                                         { 0xffffffff81000100, 10 },
                                         { 0xffffffff70000000, 0.25 },
                                         { 0x401000, 1 } } };
  const auto functions = profile(counts, symbols(), "e1000");
  ASSERT_EQ(functions.size(), 4u);
  EXPECT_EQ(functions[0].name, "__napi_poll");
  EXPECT_EQ(functions[1].name, "e1000_clean [e1000]");
  EXPECT_EQ(functions[1].instructions, 5);
  EXPECT_EQ(functions[2].name, "(user space)");
  EXPECT_EQ(functions[3].name, "(no symbol)");
  EXPECT_EQ(total(functions), 16.25);
  EXPECT_EQ(total(functions, Range::driver), 5);
  EXPECT_EQ(total(functions, Range::kernel), 10.25);
}

} // namespace

} // namespace verdict::cost
