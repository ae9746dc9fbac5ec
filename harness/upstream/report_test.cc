// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/report.h"

#include <gmock/gmock.h>

#include "tests/golden.h"

namespace verdict::upstream {

namespace {

Judged judged(const std::string &name, Outcome outcome, const std::string &reason, Outcome got,
              const std::string &said = "")
{
  return { name, Expected{ name, outcome, reason }, { name, got, said } };
}

std::vector<Finished> as_expected()
{
  return {
    { .driver = "e1000-82540em",
      .test = "ping.py",
      .cases = { judged("ping.v4", Outcome::pass, "", Outcome::pass),
                 judged("ping.offload", Outcome::skip, "it cannot offload", Outcome::skip) } },
    { .driver = "stock-e1000",
      .test = "ping.py",
      .cases = { judged("ping.v4", Outcome::fail, "it waits", Outcome::fail),
                 judged("ping.offload", Outcome::skip, "it cannot offload", Outcome::skip) } },
    { .driver = "e1000-82540em",
      .test = "xskxceiver-drv",
      .cases = { judged("DRV TEARDOWN", Outcome::missing, "it aborts", Outcome::missing) } },
    { .driver = "stock-e1000", .test = "xskxceiver-drv", .not_run = "no native XDP" },
  };
}

TEST(UpstreamReport, ShowsCountsAndReasons)
{
  EXPECT_TRUE(all_well(as_expected()));
  expect_golden("upstream_as_expected", report(as_expected()));
}

TEST(UpstreamReport, NamesWhatWasNotExpected)
{
  auto all = as_expected();
  all[0].evidence = "out/upstream/e1000-82540em/ping.py";
  all[0].cases[0] = judged("ping.v4", Outcome::pass, "", Outcome::fail, "100% loss");
  all[0].cases.push_back({ "ping.new", {}, { "ping.new", Outcome::pass, "" } });
  all[1].cases[0].result.outcome = Outcome::pass;
  all[2].cases[0] = judged("DRV TEARDOWN", Outcome::pass, "", Outcome::missing);
  all[2].complaints = { "the guest's kernel complained" };
  EXPECT_FALSE(all_well(all));
  expect_golden("upstream_surprises", report(all));
}

TEST(UpstreamReport, IsNotWellWithAComplaint)
{
  auto all = as_expected();
  all[2].complaints = { "it did not end in 60000 ms" };
  EXPECT_FALSE(all_well(all));
}

} // namespace

} // namespace verdict::upstream
