// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <optional>
#include <set>
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

  /// False if a mutant makes no difference to a test: none of the test's runs without a mutant
  /// reached its place.
  bool may_notice(const std::string &kernel, const std::string &test, int mutant) const;

  /// All trials of a mutant, oldest first.
  const std::vector<Trial> &of(const std::string &mutant) const;

private:
  std::map<std::string, std::vector<Trial>> trials_;
  /// By kernel and test: all mutants that its runs without one reached; nothing if one of them
  /// could not tell.
  std::map<std::pair<std::string, std::string>, std::optional<std::set<int>>> reached_;
};

} // namespace verdict::mutants
