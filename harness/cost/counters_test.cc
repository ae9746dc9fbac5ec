// SPDX-License-Identifier: GPL-2.0-only
// The harness's end of the counters, with a mapping of its own for the plugin's.
#include "cost/counters.h"

#include <sys/mman.h>

#include <cstring>

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::cost {

namespace {

using testing::HasSubstr;

class CountersTest : public testing::Test {
protected:
  void SetUp() override
  {
    auto made = Counters::create();
    ASSERT_OK(made);
    counters.emplace(std::move(*made));
    void *mapping =
        ::mmap(nullptr, sizeof(cost_page), PROT_READ | PROT_WRITE, MAP_SHARED, counters->fd(), 0);
    ASSERT_NE(mapping, MAP_FAILED);
    page = static_cast<cost_page *>(mapping);
    page->layout = COST_LAYOUT;
  }

  void TearDown() override
  {
    if (page)
      ::munmap(page, sizeof(cost_page));
  }

  std::optional<Counters> counters;
  cost_page *page = nullptr; ///< what the plugin sees
};

TEST_F(CountersTest, AreReadByAddressAndRegister)
{
  page->instructions[5] = { 0x1000, 7 };
  page->instructions[COST_INSTRUCTIONS - 1] = { 0x2000, 9 };
  std::strcpy(page->names[1], "e1000-mmio");
  page->accesses[0] = { 0xffffc90000202818, 0x10002818, 3, 4, 1, 1 };
  ASSERT_OK_AND_ASSIGN(const Counts counts, counters->read());
  EXPECT_EQ(counts.instructions.size(), 2u);
  EXPECT_EQ(counts.instructions.at(0x1000), 7);
  EXPECT_EQ(counts.instructions.at(0x2000), 9);
  const Register rdt{ "e1000-mmio", 0x10002818 };
  EXPECT_EQ(counts.registers.at(rdt).reads, 3);
  EXPECT_EQ(counts.registers.at(rdt).writes, 4);
}

TEST_F(CountersTest, DifferencesAndAveragesAddUp)
{
  const Register rdt{ "e1000-mmio", 0x2818 };
  Counts sum{ .instructions = { { 1, 10 } }, .registers = { { rdt, { 0, 2 } } } };
  sum.add({ .instructions = { { 1, 4 }, { 2, 6 } }, .registers = { { rdt, { 1, 1 } } } }, -0.5);
  EXPECT_EQ(sum.instructions.at(1), 8);
  EXPECT_EQ(sum.instructions.at(2), -3);
  EXPECT_EQ(sum.registers.at(rdt).writes, 1.5);
  EXPECT_EQ(sum.registers.at(rdt).reads, -0.5);
}

TEST_F(CountersTest, WithoutAPluginAreAnError)
{
  page->layout = 0;
  EXPECT_FALSE(counters->read());
}

TEST_F(CountersTest, ThatAreNotAllThereAreAnError)
{
  page->full = 1;
  const auto counts = counters->read();
  ASSERT_FALSE(counts);
  EXPECT_THAT(counts.error().message, HasSubstr("more instructions or registers"));
}

TEST_F(CountersTest, GateLetsPassWhoeverHasCome)
{
  page->waiting = 3;
  counters->set_gate(0x1000);
  EXPECT_EQ(page->gate, 0x1000u);
  EXPECT_FALSE(counters->at_gate()) << "nobody has come since the gate was set";
  page->waiting = 4;
  EXPECT_TRUE(counters->at_gate());
  counters->pass();
  EXPECT_EQ(page->passes, 4u);
  EXPECT_FALSE(counters->at_gate());
}

} // namespace

} // namespace verdict::cost
