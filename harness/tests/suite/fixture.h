// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "evidence/alarm.h"
#include "evidence/evidence.h"
#include "guest/agent_client.h"
#include "packet/builder.h"
#include "packet/dissect.h"
#include "packet/matchers.h"
#include "qemu/machine.h"
#include "qemu/register_trace.h"
#include "qemu/splat_finder.h"
#include "tests/suite/columns.h"
#include "wire/wire.h"

namespace verdict {

/// A test on a fresh virtual machine of one column: booted once, forked for every test.
///
///   class Drop : public NicTest {};
///   TEST_P(Drop, NothingComesBack) { ... wire(0) ... agent() ... }
///   VERDICT_ON_NICS_OF(verdicts, Drop);
///
/// NICs are up, have addresses as NicAddress::of() says, permanent neighbours, and no IPv6.
/// Afterwards the guest must still answer, and its log must hold no splat; else the test fails.
/// Its evidence is in out/run/<suite>.<test>/ (out/run-debug/ with the debug kernel, <test>.storm
/// of a storm, elsewhere with VERDICT_RUN), and is removed if all was well, unless VERDICT_KEEP=1.
/// With VERDICT_TIME_LIMIT, in seconds, a test that takes longer fails and says where it was.
class NicTest : public testing::TestWithParam<Column> {
protected:
  void SetUp() override;
  void TearDown() override;

  const Column &column() const { return GetParam(); }
  Machine &machine() { return *machine_; }
  guest::Agent &agent() { return *agent_; }

  /// The cable of NIC i; 0 is the device under test.
  Wire &wire(size_t nic = 0) { return machine_->wire(nic); }

  /// The next `count` frames that come out of a NIC by themselves: no sentinel asks for them.
  Result<std::vector<Frame>> receive(size_t count, size_t nic = 0);

  /// The addresses on that cable.
  static NicAddress nic(unsigned index = 0) { return NicAddress::of(index); }

  /// The guest's name of NIC i: "eth0".
  const std::string &ifname(size_t nic = 0) const { return ifnames_.at(nic); }

  /// Its interface index.
  unsigned ifindex(size_t nic = 0) const { return ifindexes_.at(nic); }

  /// Chooses the fault that VERDICT_MUTANT names. SetUp() has done it; a test that loads xdp_ring
  /// again calls it before it loads a driver. Error: the modules have no mutants.
  Result<void> choose_mutant();

  /// Lines of the kernel's log that a test provokes on purpose: an expression and why it is
  /// harmless.
  void allow_in_log(const std::string &pattern, const std::string &reason);

  /// Fails the test for each thing that is wrong with the guest. TearDown() does it for every test
  /// whose guest has not been given up.
  void check_guest();

  /// The guest was ended on purpose: nobody is to look after it.
  void give_up_guest() { machine_.reset(); }

  /// Fails the test if kmemleak knows of memory that the guest's kernel has lost. It takes about
  /// ten seconds on a kernel that has kmemleak, and nothing on others; VERDICT_LEAKS=1 does it
  /// after every test.
  void expect_no_leaks();

  /// Lets the test's time be over after so long, whatever VERDICT_TIME_LIMIT says.
  void set_time_limit(milliseconds limit);

  /// Takes that back. Where the test was if its time was over, else "".
  std::string lift_time_limit();

  /// Tells something that the test has measured; the matrix shows it.
  void figure(const std::string &what, int64_t value);
  bool has_figures() const { return !figures_.empty(); }

  /// What the guest's kernel logged since the fork. A log that cannot be read fails the test.
  std::string serial_log();

  const std::filesystem::path &evidence() const { return evidence_->folder(); }

private:
  class FirstFailure;

  Result<void> look_up_interfaces();
  /// For verdict mutants, in the results' file: how the guest ended, what its kernel complained of,
  /// and whether the test's time was over.
  void record_ending();
  void record_reached();
  void conclude();

  std::optional<Evidence> evidence_;
  std::unique_ptr<testing::TestEventListener> first_failure_;
  std::unique_ptr<Machine> machine_;
  std::optional<guest::Agent> agent_;
  std::unique_ptr<Alarm> alarm_;
  std::vector<std::string> ifnames_;
  std::vector<unsigned> ifindexes_;
  std::vector<SplatFinder::Rule> allowed_;
  std::string figures_;
  size_t mutant_choices_ = 0;
  std::string overdue_; ///< where the test was when its time was over
};

} // namespace verdict
