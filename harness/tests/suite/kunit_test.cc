// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own unit tests, where the kernel has KUnit: what no emulated device can show.
#include <fmt/format.h>

#include "lab/dma_mappings.h"
#include "report/ktap.h"
#include "tests/suite/fixture.h"

namespace verdict {

class KUnit : public NicTest {
protected:
  /// Loads a test module. KUnit writes a suite's report, in KTAP, to debugfs. A kernel that does
  /// not run cases by itself calls a suite without results "ok".
  void expect_ok(const std::string &module, const std::string &suite)
  {
    REQUIRE_KERNEL(run_kunit);
    ASSERT_OK(agent().modprobe(module));
    ASSERT_OK_AND_ASSIGN(const std::string report,
                         agent().read("/sys/kernel/debug/kunit/" + suite + "/results"));
    fmt::print("{}", report);
    // This one names the case that failed.
    EXPECT_THAT(shortcomings(read_ktap(report, 4)), testing::IsEmpty());
    EXPECT_THAT(read_ktap(report).cases,
                testing::ElementsAre(CaseResult{ suite, Outcome::pass, "" }));
  }

  void expect_no_mappings_when_down()
  {
    for (size_t nic = 0; nic < machine().nic_count(); nic++)
      ASSERT_OK(agent().run_ok({ "ip", "link", "set", "dev", ifname(nic), "down" }));
    ASSERT_OK_AND_ASSIGN(const auto left, dma_mappings(agent(), column().nics.front().driver));
    EXPECT_THAT(left, testing::IsEmpty());
  }
};

TEST_P(KUnit, XdpRing)
{
  expect_ok("xdp_ring_test", "xdp_ring");
}

TEST_P(KUnit, TxErrata)
{
  expect_ok("e1000_xdp_test", "e1000_xdp");
}

TEST_P(KUnit, Interface)
{
  REQUIRE_KERNEL(run_kunit);
  expect_ok("e1000_nic_test", "e1000_nic");
  EXPECT_THAT(serial_log(), testing::HasSubstr("the 82542 receives no jumbo frames"));
}

TEST_P(KUnit, Transmission)
{
  REQUIRE_KERNEL(run_kunit);
  allow_in_log("WARNING: (.* at )?kernel/dma/", "a frame is too high for the device on purpose");
  expect_ok("e1000_tx_test", "e1000_tx");
  expect_no_mappings_when_down();
}

TEST_P(KUnit, Completion)
{
  REQUIRE_KERNEL(run_kunit);
  expect_ok("e1000_tx_clean_test", "e1000_tx_clean");
  expect_no_mappings_when_down();
}

TEST_P(KUnit, Reception)
{
  expect_ok("e1000_rx_test", "e1000_rx");
}

VERDICT_ON_NICS_OF(life, KUnit);

/// What needs a second CPU.
class SmpKUnit : public KUnit {};

TEST_P(SmpKUnit, Locks)
{
  expect_ok("e1000_smp_test", "e1000_smp");
}

VERDICT_ON_NICS_OF(smp, SmpKUnit);

} // namespace verdict
