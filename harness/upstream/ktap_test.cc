// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/ktap.h"

#include <gmock/gmock.h>

namespace verdict::upstream {

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
                "# Totals: pass:1 fail:2 xfail:1 xpass:0 skip:1 error:0\n"),
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
                        "ok 1 # SKIP SKIP: DRV UNALIGNED_MODE\n"),
              ElementsAre(CaseResult{ "DRV SEND_RECEIVE", Outcome::pass, "" },
                          CaseResult{ "DRV TEARDOWN", Outcome::fail,
                                      "[is_pkt_valid] expected 254, got 960" },
                          CaseResult{ "DRV UNALIGNED_MODE", Outcome::skip, "" }));
}

TEST(Ktap, OfATestThatDiedHasNoResults)
{
  EXPECT_THAT(read_ktap("Traceback (most recent call last):\nModuleNotFoundError: no yaml\n"),
              IsEmpty());
  EXPECT_THAT(read_ktap(""), IsEmpty());
}

} // namespace

} // namespace verdict::upstream
