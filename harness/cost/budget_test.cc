// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "cost/budget.h"
#include "tests/golden.h"

namespace verdict::cost {

namespace {

using testing::HasSubstr;
using testing::Not;

/// A drop: 150 instructions and an RDT write every 16 frames.
Measurement drop()
{
  return { .system = "e1000",
           .path = "native DROP",
           .instructions = 150.04,
           .writes = 0.0625,
           .registers = { { { "nic0", 0x2818 }, { 0, 0.0625 } } },
           .functions = { { "e1000_clean_rx_irq [e1000]", Range::driver, 100 },
                          { "page_pool_put_unrefed_netmem", Range::page_pool, 44 },
                          { "net_rx_action", Range::kernel, 5.94 },
                          { "__run_timers", Range::kernel, 0.1 } } };
}

/// The same with `by` more instructions in a function, which is new if it was not there.
Measurement grown(const std::string &function, double by)
{
  Measurement measurement = drop();
  measurement.instructions += by;
  for (FunctionCost &cost : measurement.functions) {
    if (cost.name == function) {
      cost.instructions += by;
      return measurement;
    }
  }
  measurement.functions.push_back({ function, Range::kernel, by });
  return measurement;
}

TEST(Budget, GoesToItsFileAndBack)
{
  const Budgets budgets{ .kernel = "6.12.1", .paths = { budget_of(drop()) } };
  ASSERT_OK_AND_ASSIGN(const Budgets read, read_budgets(write_budgets(budgets)));
  EXPECT_EQ(read.kernel, "6.12.1");
  const Budget *budget = find(read, "e1000", "native DROP");
  ASSERT_NE(budget, nullptr);
  EXPECT_DOUBLE_EQ(budget->instructions, 150.0);
  EXPECT_DOUBLE_EQ(budget->accesses, 0.063);
  ASSERT_EQ(budget->functions.size(), 3u) << "less than an instruction is left out";
  EXPECT_EQ(budget->functions[0].name, "e1000_clean_rx_irq [e1000]");
  EXPECT_DOUBLE_EQ(budget->functions[2].instructions, 5.9);
  EXPECT_EQ(find(read, "e1000", "native TX"), nullptr);
  EXPECT_EQ(find(read, "virtio_net", "native DROP"), nullptr);
}

TEST(Budget, OfAnotherFormIsAnError)
{
  EXPECT_FALSE(read_budgets("{}"));
  EXPECT_FALSE(read_budgets("not JSON"));
}

TEST(Budget, HoldsForWhatItWasMadeFrom)
{
  const Comparison same = compare(budget_of(drop()), drop());
  EXPECT_FALSE(same.broken);
  EXPECT_FALSE(same.shrunk);
}

TEST(Budget, AllowsGrowthOfThreeInAHundred)
{
  const Budget budget = budget_of(drop());
  EXPECT_FALSE(compare(budget, grown("net_rx_action", 4.4)).broken);
  EXPECT_TRUE(compare(budget, grown("net_rx_action", 4.6)).broken);
}

TEST(Budget, NamesTheFunctionThatGrew)
{
  const Comparison round_trip =
      compare(budget_of(drop()), grown("page_pool_put_unrefed_netmem", 44));
  EXPECT_TRUE(round_trip.broken);
  expect_golden("cost_function_grew", round_trip.text);
}

TEST(Budget, NamesAFunctionThatIsNew)
{
  const Comparison comparison = compare(budget_of(drop()), grown("page_pool_alloc_pages", 20));
  EXPECT_TRUE(comparison.broken);
  EXPECT_THAT(comparison.text, HasSubstr("+20.0  page_pool_alloc_pages (0.0 -> 20.0)"));
  EXPECT_THAT(comparison.text, Not(HasSubstr("e1000_clean_rx_irq")));
}

TEST(Budget, NamesFirstWhatGrewMost)
{
  Measurement measurement = grown("page_pool_put_unrefed_netmem", 20);
  measurement.instructions += 10 + 30;
  measurement.functions[0].instructions += 10;
  measurement.functions[2].instructions += 30;
  const std::string text = compare(budget_of(drop()), measurement).text;
  const size_t most = text.find("net_rx_action"), less = text.find("page_pool_put"),
               least = text.find("e1000_clean_rx_irq");
  ASSERT_NE(least, std::string::npos);
  EXPECT_LT(most, less);
  EXPECT_LT(less, least);
}

TEST(Budget, NamesTheRegisterThatIsWrittenMoreOften)
{
  Measurement measurement = drop();
  measurement.writes += 1;
  measurement.registers[{ "nic0", 0x3818 }].writes = 1;
  const Comparison doorbell = compare(budget_of(drop()), measurement);
  EXPECT_TRUE(doorbell.broken);
  expect_golden("cost_register_written", doorbell.text);
}

TEST(Budget, CountsReadsAsWell)
{
  Measurement measurement = drop();
  measurement.reads += 0.1;
  EXPECT_TRUE(compare(budget_of(drop()), measurement).broken);
}

TEST(Budget, TellsOfWhatBecameCheaper)
{
  const Comparison comparison =
      compare(budget_of(drop()), grown("e1000_clean_rx_irq [e1000]", -30));
  EXPECT_FALSE(comparison.broken);
  EXPECT_TRUE(comparison.shrunk);
  EXPECT_THAT(comparison.text, HasSubstr("-30.0  e1000_clean_rx_irq [e1000] (100.0 -> 70.0)"));
}

} // namespace

} // namespace verdict::cost
