// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace verdict {

/// One test of a JUnit file as ctest writes it.
struct TestResult {
  enum class Outcome { pass, fail, skip };

  std::string name; ///< "Nic/Pass.ArpAnswered/e1000_82540em"
  Outcome outcome = Outcome::pass;
  std::string reason = {};   ///< why it was skipped, or what its first failure said: lines
  std::string rerun = {};    ///< the command that runs it alone, if it printed one
  std::string evidence = {}; ///< where its logs are, if it printed that
  std::string figures = {};  ///< what it measured, if it printed that
};

/// The lines by which the fixture tells how to run a failed test again, where its evidence is, and
/// what it measured.
inline constexpr std::string_view rerun_mark = "re-run: ";
inline constexpr std::string_view evidence_mark = "evidence: ";
inline constexpr std::string_view figures_mark = "figures: ";

/// Reads `ctest --output-junit`. A test that did not run for another reason than a skip of its own
/// has failed. Error: no XML, no test suite in it.
Result<std::vector<TestResult>> parse_junit(const std::string &xml);

} // namespace verdict
