// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mutants/trial.h"

namespace verdict::mutants {

/// How a test stands to a mutant. A test kills a mutant by failing twice in a row: what fails once
/// may have met a busy machine.
enum class Mark {
  untried,
  passed,
  skipped,
  failed_once, ///< to be run again
  killed,
  unconfirmed, ///< failed, and then passed
};

/// The trials that count, by mutant.
class Ledger {
public:
  void add(const Trial &trial);

  Mark mark(const std::string &mutant, const std::string &kernel, const std::string &test) const;

  /// For each test that has killed a mutant the last of its failures, first killer first.
  std::vector<Trial> kills(const std::string &mutant) const;
  bool is_killed(const std::string &mutant) const { return !kills(mutant).empty(); }

  /// How often a test has passed.
  size_t passes(const std::string &mutant, const std::string &kernel,
                const std::string &test) const;

  /// All trials of a mutant, oldest first.
  const std::vector<Trial> &of(const std::string &mutant) const;

private:
  std::map<std::string, std::vector<Trial>> trials_;
};

} // namespace verdict::mutants
