// SPDX-License-Identifier: GPL-2.0-only
#include "report/ktap.h"

#include <gmock/gmock.h>

namespace verdict {

void PrintTo(const CaseResult &result, std::ostream *stream)
{
  *stream << result.name << ": " << to_string(result.outcome) << ": " << result.said;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Ktap, OfUpstreamsPythonIsRead)
{
  EXPECT_THAT(
      read_ktap("TAP version 13\n"
                "1..5\n"
                "# Interface: eth0, driver: e1000\n"
                "ok 1 ping.test_default_v4\n"
                "# Check| At /selftests/drivers/net/stats.py, line 40, in check_pause:\n"
                "# Check failed 1 != 2 it differs\n"
                "not ok 2 stats.check_pause\n"
                "# Exception| Traceback (most recent call last):\n"
                "# Exception| lib.py.utils.CmdExitFailure: Command failed\n"
                "# Exception|\n"
                "not ok 3 xdp.test_native_qstats.pass_ipv4\n"
                "ok 4 stats.check_fec # SKIP FEC not supported by the device\n"
                "ok 5 xdp.other # XFAIL only for netdevsim\n"
                "# Totals: pass:1 fail:2 xfail:1 xpass:0 skip:1 error:0\n")
          .cases,
      ElementsAre(
          CaseResult{ "ping.test_default_v4", Outcome::pass, "" },
          CaseResult{ "stats.check_pause", Outcome::fail, "Check failed 1 != 2 it differs" },
          CaseResult{ "xdp.test_native_qstats.pass_ipv4", Outcome::fail,
                      "lib.py.utils.CmdExitFailure: Command failed" },
          CaseResult{ "stats.check_fec", Outcome::skip, "FEC not supported by the device" },
          CaseResult{ "xdp.other", Outcome::skip, "only for netdevsim" }));
}

TEST(Ktap, OfXskxceiverIsRead)
{
  EXPECT_THAT(read_ktap("# SEND_RECEIVE\n"
                        "TAP version 13\n"
                        "1..1\n"
                        "ok 1 PASS: DRV SEND_RECEIVE\n"
                        "# it ended with status 0\n"
                        "# TEARDOWN\n"
                        "1..1\n"
                        "# [is_pkt_valid] expected 254, got 960\n"
                        "not ok 1 FAIL: DRV TEARDOWN\n"
                        "1..1\n"
                        "ok 1 # SKIP SKIP: DRV UNALIGNED_MODE\n")
                  .cases,
              ElementsAre(CaseResult{ "DRV SEND_RECEIVE", Outcome::pass, "" },
                          CaseResult{ "DRV TEARDOWN", Outcome::fail,
                                      "[is_pkt_valid] expected 254, got 960" },
                          CaseResult{ "DRV UNALIGNED_MODE", Outcome::skip, "" }));
}

TEST(Ktap, OfATestThatDiedHasNoResults)
{
  EXPECT_THAT(read_ktap("Traceback (most recent call last):\nModuleNotFoundError: no yaml\n").cases,
              IsEmpty());
  EXPECT_THAT(read_ktap("").cases, IsEmpty());
}

/// As a suite of KUnit, of which one case has values.
constexpr const char *kunit = "KTAP version 1\n"
                              "1..1\n"
                              "    KTAP version 1\n"
                              "    # Subtest: xdp_ring\n"
                              "    1..2\n"
                              "    ok 1 fills\n"
                              "    # each: expected 1, got 2\n"
                              "        KTAP version 1\n"
                              "        not ok 1 of one\n"
                              "        ok 2 of two\n"
                              "    not ok 2 each\n"
                              "# Totals: pass:1 fail:1 skip:0 total:2\n"
                              "not ok 1 xdp_ring\n";

TEST(Ktap, OfASubtestIsReadByItsIndent)
{
  EXPECT_EQ(read_ktap(kunit).planned, 1);
  EXPECT_THAT(
      read_ktap(kunit).cases,
      ElementsAre(CaseResult{ "xdp_ring", Outcome::fail, "Totals: pass:1 fail:1 skip:0 total:2" }));
  EXPECT_EQ(read_ktap(kunit, 4).planned, 2);
  EXPECT_THAT(read_ktap(kunit, 4).cases,
              ElementsAre(CaseResult{ "fills", Outcome::pass, "" },
                          CaseResult{ "each", Outcome::fail, "each: expected 1, got 2" }));
  EXPECT_EQ(read_ktap(kunit, 8).planned, std::nullopt);
}

TEST(Ktap, PlansOfSeveralReportsAreAddedUp)
{
  EXPECT_EQ(read_ktap("1..2\nok 1 a\nok 2 b\n1..1\nok 1 c\n1..0 # SKIP no d\n").planned, 3);
}

TEST(Ktap, HasNoShortcomingsIfAllThatWasPlannedPassed)
{
  EXPECT_THAT(shortcomings(read_ktap("1..2\nok 1 a\nok 2 b\n")), IsEmpty());
}

TEST(Ktap, HasShortcomingsWithoutOneOfThese)
{
  const auto of = [](const char *text) { return shortcomings(read_ktap(text)); };
  EXPECT_THAT(of("1..2\nok 1 a\n# it broke\nnot ok 2 b\n"), ElementsAre("b: fail: it broke"));
  EXPECT_THAT(of("1..1\nok 1 a # SKIP no veth\n"), ElementsAre("a: skip: no veth"));
  EXPECT_THAT(of("1..2\nok 1 a\n"), ElementsAre("1 case in the report, planned: 2"));
  EXPECT_THAT(of("1..1\nok 1 a\nok 2 b\n"), ElementsAre("2 cases in the report, planned: 1"));
  EXPECT_THAT(of("ok 1 a\n"), ElementsAre("1 case in the report, planned: it does not say"));
  EXPECT_THAT(of("1..0\n"), ElementsAre("there was no case"));
}

} // namespace

} // namespace verdict
