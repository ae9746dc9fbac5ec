// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "mutants/ledger.h"
#include "mutants/mutant.h"
#include "mutants/reasons.h"

namespace verdict::mutants {

/// What became of a mutant.
struct Fate {
  Mutant mutant;
  std::vector<Trial> kills; ///< one for each test that killed it; the first counts
  std::string reason;       ///< why nobody could notice it; "" if none is given
  std::string error;        ///< what kept the last of its tests from being run
  bool finished = false;    ///< all tests that pass without a mutant and may notice it were run
  size_t tests = 0;         ///< that were run on it
  bool on_debug = false;    ///< some of them on the debug kernel
};

/// What a test did to all mutants.
struct TestRecord {
  std::string test;
  size_t tried = 0; ///< mutants
  size_t kills = 0;
  std::vector<std::string> only_it; ///< keys of mutants that all tests that may notice them were
                                    ///< run on, and only it killed
};

/// Everything that is known of the mutants.
struct Report {
  std::string release;
  std::vector<Fate> fates;       ///< survivors without a reason, those with one, killed ones
  std::vector<TestRecord> tests; ///< fewest kills first
  std::vector<std::string>
      faults; ///< of the run itself: wrong reasons, tests that fail by themselves
  std::vector<std::string> unconfirmed; ///< tests that failed on a mutant and then passed
};

Report make_report(const Catalogue &catalogue, const Ledger &ledger, const Reasons &reasons);

/// Whether each mutant is killed or has a reason, and the run itself is without fault.
bool all_well(const Report &report);

/// The report as JSON, and as a table for people with a summary at its end.
std::string to_json(const Report &report);
std::string to_table(const Report &report);

/// Writes report.json and report.txt into a directory.
Result<void> write_report(const Report &report, const std::filesystem::path &directory);

} // namespace verdict::mutants
