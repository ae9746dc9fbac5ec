// SPDX-License-Identifier: GPL-2.0-only
#include "cost/report.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/file.h"
#include "base/gtest_result.h"
#include "cost/plan.h"
#include "cost/svg.h"
#include "cost/table.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict::cost {

namespace {

using testing::HasSubstr;
using testing::Not;

Measurement measured(const std::string &system, const std::string &path, double instructions,
                     const Point &point = {})
{
  return { .system = system,
           .path = path,
           .point = point,
           .instructions = instructions,
           .spread = 0.001,
           .writes = 0.0625,
           .per_poll = 64,
           .functions = { { "e1000_clean_rx_irq [e1000]", Range::driver, instructions - 50 },
                          { "page_pool_put_unrefed_netmem", Range::page_pool, 50 } } };
}

Report report()
{
  return { .kernel = "6.12.1",
           .measurements = { measured("e1000", "native DROP", 200),
                             measured("e1000", "native DROP", 300, { .size = 1514 }),
                             measured("virtio_net", "native DROP", 1600),
                             measured("e1000", "stack", 6000),
                             measured("e1000", "stack", 9000, { .size = 1514 }),
                             measured("stock e1000", "stack", 5000),
                             measured("stock e1000", "stack", 10000, { .size = 1514 }) } };
}

size_t count(const pugi::xml_document &document, const char *element)
{
  return document.select_nodes(element).size();
}

TEST(CostTable, IsWhatItWas)
{
  expect_golden("cost_table",
                table(report().measurements) + "\n" + functions_table(report().measurements[0], 1));
}

TEST(CostTable, ComparesEqualPoints)
{
  expect_golden("cost_ratios", ratios_table(report()));
}

TEST(CostReport, FindsAPoint)
{
  const Report all = report();
  EXPECT_EQ(find(all, "e1000", "native DROP", { .size = 1514 })->instructions, 300);
  EXPECT_EQ(find(all, "e1000", "native DROP", { .size = 508 }), nullptr);
}

TEST(CostReport, IsWrittenAsJsonPageAndPlots)
{
  const TemporaryDirectory directory;
  ASSERT_OK(write_report(report(), directory.path()));
  ASSERT_OK_AND_ASSIGN(const std::string text, read_file(directory.path() / "cost.json"));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["kernel"], "6.12.1");
  EXPECT_EQ(json["measurements"].size(), 7u);
  EXPECT_EQ(json["measurements"][0]["functions"]["page_pool_put_unrefed_netmem"], 50);
  ASSERT_OK_AND_ASSIGN(const std::string page, read_file(directory.path() / "report.html"));
  EXPECT_THAT(page, HasSubstr("is to be &lt;= 1.0"));
  EXPECT_TRUE(read_file(directory.path() / "sizes.svg"));
}

TEST(Svg, BarsAreAsLongAsTheirParts)
{
  const BarChart chart{ .title = "a < b",
                        .unit = "instructions",
                        .parts = { "one", "two" },
                        .bars = { { "long", { 30, 10 } }, { "short", { 0, 20 } } } };
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(svg(chart).c_str()));
  // The background, two of the legend, two of each bar.
  ASSERT_EQ(count(document, "/svg/rect"), 7u);
  const auto widths = document.select_nodes("/svg/rect/@width");
  const double one = widths[3].attribute().as_double(), two = widths[4].attribute().as_double();
  EXPECT_DOUBLE_EQ(one / two, 3);
  // The background has none.
  const auto starts = document.select_nodes("/svg/rect/@x");
  EXPECT_DOUBLE_EQ(starts[3].attribute().as_double() - starts[2].attribute().as_double(), one);
  EXPECT_EQ(widths[5].attribute().as_double(), 0);
  EXPECT_DOUBLE_EQ(widths[6].attribute().as_double(), two * 2);
}

TEST(Svg, LinesGoThroughTheirPoints)
{
  const LineChart chart{ .title = "sizes",
                         .x_unit = "bytes",
                         .y_unit = "instructions",
                         .lines = { { "drop", { { 60, 0 }, { 508, 50 }, { 1514, 100 } } },
                                    { "tx", { { 60, 100 }, { 1514, 100 } } } } };
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(svg(chart).c_str()));
  const auto lines = document.select_nodes("/svg/polyline/@points");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_STREQ(lines[0].attribute().value(), "70.0,350.0 330.0,200.0 590.0,50.0 ");
  EXPECT_STREQ(lines[1].attribute().value(), "70.0,50.0 590.0,50.0 ");
}

TEST(Svg, AnEmptyChartIsOne)
{
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(svg(LineChart{ .title = "nothing" }).c_str()));
  EXPECT_TRUE(document.load_string(svg(BarChart{ .title = "nothing" }).c_str()));
}

TEST(Plan, NamesSystemsAndPathsThatThereAre)
{
  for (const auto &cases : { plan(), budgeted() }) {
    EXPECT_FALSE(cases.empty());
    for (const Case &which : cases) {
      ASSERT_NE(which.system, nullptr);
      ASSERT_NE(which.path, nullptr);
      EXPECT_EQ(which.system->name == "DPDK" || which.system->name == "floor",
                which.path->in_user_space())
          << which.name();
    }
  }
}

TEST(Plan, MeasuresBothSidesOfEveryComparison)
{
  const auto cases = plan();
  const auto has = [&](const std::string &system, const std::string &path, const Point &point) {
    return std::any_of(cases.begin(), cases.end(), [&](const Case &which) {
      return which.system->name == system && which.path->name == path && which.point == point;
    });
  };
  for (const Reach &reach : reaches()) {
    const Path *path = find_path(reach.path);
    ASSERT_NE(path, nullptr) << reach.path;
    EXPECT_TRUE(has("e1000", reach.path, path->base)) << reach.path;
    EXPECT_TRUE(has(reach.system, reach.peer, path->base)) << reach.system << ": " << reach.peer;
  }
}

} // namespace

} // namespace verdict::cost
