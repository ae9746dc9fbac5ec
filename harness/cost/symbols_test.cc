// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "cost/profile.h"
#include "cost/symbols.h"

namespace verdict::cost {

namespace {

using testing::HasSubstr;

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

std::string name_at(const Symbols &symbols, uint64_t address)
{
  const Symbol *symbol = symbols.find(address);
  return symbol ? symbol->name : "";
}

TEST(Symbols, AreFoundFromTheirFirstByteToTheNextOnes)
{
  const Symbols all = symbols();
  EXPECT_EQ(name_at(all, 0xffffffff81000100), "__napi_poll");
  EXPECT_EQ(name_at(all, 0xffffffff810001ff), "__napi_poll");
  EXPECT_EQ(name_at(all, 0xffffffff81000200), "page_pool_alloc_pages");
}

TEST(Symbols, OfSeveralAtOneAddressTheOneWithoutUnderscoresWins)
{
  EXPECT_EQ(name_at(symbols(), 0xffffffff81000210), "page_pool_alloc_pages");
}

TEST(Symbols, DataIsNone)
{
  EXPECT_EQ(name_at(symbols(), 0xffffffff81000310), "page_pool_alloc_pages");
}

TEST(Symbols, DoNotReachFromOneAreaIntoTheNext)
{
  const Symbols all = symbols();
  EXPECT_EQ(all.find(0x401000), nullptr);
  EXPECT_EQ(all.find(0xffffffff80fff000), nullptr);
  Symbols kernel;
  ASSERT_OK(kernel.add("ffffffff81000000 T _stext\n"));
  EXPECT_EQ(kernel.find(0xffffffffc0000000), nullptr);
}

TEST(Symbols, CarryTheirModule)
{
  const Symbols all = symbols();
  EXPECT_EQ(all.find(0xffffffffc0000010)->module, "e1000");
  EXPECT_EQ(all.find(0xffffffff81000010)->module, "");
  EXPECT_EQ(all.address_of("e1000_clean", "e1000"), 0xffffffffc0000000);
  EXPECT_EQ(all.address_of("e1000_clean"), 0u);
}

TEST(Symbols, MayComeInParts)
{
  Symbols all;
  ASSERT_OK(all.add("ffffffffc0000000 t e1000_clean\t[e1000]\n"));
  ASSERT_OK(all.add("ffffffff81000000 T _stext\n"));
  EXPECT_EQ(name_at(all, 0xffffffff81000010), "_stext");
  EXPECT_EQ(name_at(all, 0xffffffffc0000010), "e1000_clean");
}

TEST(Symbols, HiddenAddressesAreAnError)
{
  const auto added = Symbols().add("0000000000000000 T _stext\n0000000000000000 t x\n");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("kptr_restrict"));
}

TEST(Symbols, AnotherFormIsAnError)
{
  const auto added = Symbols().add("nonsense\n");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("nonsense"));
}

TEST(Symbols, OfAProgramAreItsFiles)
{
  Symbols all;
  ASSERT_OK(all.add_mappings(
      "55e000-55f000 r--p 00000000 00:02 12 /dpdk/testpmd\n"
      "55f000-560000 r-xp 00001000 00:02 12 /dpdk/testpmd\n"
      "7f0000000000-7f0000001000 r-xp 00000000 00:02 13 /dpdk/pmds/librte_net_e1000.so.23\n"
      "7f0000002000-7f0000003000 rw-p 00000000 00:00 0\n"));
  EXPECT_EQ(name_at(all, 0x55f010), "testpmd");
  EXPECT_EQ(name_at(all, 0x55e010), "");
  EXPECT_EQ(name_at(all, 0x7f0000000010), "librte_net_e1000.so.23");
  EXPECT_EQ(range_of(all.find(0x55f010), "e1000"), Range::user);
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
