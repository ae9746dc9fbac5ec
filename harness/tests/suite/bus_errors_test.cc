// SPDX-License-Identifier: GPL-2.0-only
// Errors on the bus that the NIC is on; the kernel recovers from them (Documentation/PCI/
// pci-error-recovery.rst).
#include "qemu/monitor.h"
#include "tests/suite/life_fixture.h"

namespace verdict {

class BusErrors : public LifeTest {
protected:
  void SetUp() override
  {
    LifeTest::SetUp();
    if (HasFatalFailure())
      return;
    REQUIRE_KERNEL(keep_bridges);
    // What a PC's firmware does: port and bridge report errors (SERR# in the upper byte of the
    // command, where interrupts are off), and the port hands on what is reported to it.
    const std::string port = "/sys/bus/pci/devices/0000:00:08.0/", bridge = port + "0000:01:00.0/";
    constexpr uint64_t command = 0x5, bridge_control = 0x3e;
    for (const std::string &reports : { port, bridge })
      ASSERT_OK(agent().write(reports + "config", "\x05", command));
    ASSERT_OK(agent().write(port + "config", "\x02", bridge_control));
  }

  /// The bridge in front of the NIC reports an error, by its name in QEMU.
  Result<void> error(const std::string &name)
  {
    const size_t before = count(serial_log(), recovered);
    TRY(monitor(machine(), "pcie_aer_inject_error bridge " + name));
    return until("the kernel recovers", [&]() -> Result<bool> {
      const std::string log = serial_log();
      if (log.find("device recovery failed") != std::string::npos)
        return fail("the kernel did not recover; see " + machine().serial_log().string());
      return count(log, recovered) > before;
    });
  }

  static constexpr std::string_view recovered = "device recovery successful";

  static size_t count(std::string_view text, std::string_view word)
  {
    size_t found = 0;
    for (size_t at = 0; (at = text.find(word, at)) != text.npos; at += word.size())
      found++;
    return found;
  }
};

// An error that is fatal to the link has any kernel reset the bus.
TEST_P(BusErrors, AreRecoveredFrom)
{
  ASSERT_OK(attach_bounce());
  expect_recovery(std::vector<Change>(2, [this] { return error("COMP_TIME"); }));
  // A handler that an error has left behind would be called for a device that is gone.
  ASSERT_OK_AND_ASSIGN(const std::string interrupts, agent().read("/proc/interrupts"));
  EXPECT_EQ(count(interrupts, ifname()), 1u) << interrupts;
}

VERDICT_ON_NICS_OF(bus_errors, BusErrors);

} // namespace verdict
