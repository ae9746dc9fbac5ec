// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/symbols.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict {

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
  EXPECT_EQ(all.find(0x55f010)->module, "user");
}

} // namespace

} // namespace verdict
