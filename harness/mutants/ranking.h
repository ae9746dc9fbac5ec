// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mutants/group.h"
#include "mutants/ledger.h"
#include "mutants/mutant.h"

namespace verdict::mutants {

/// A test of the suite without a fault.
struct Test {
  std::string kernel;
  std::string name;
  double seconds = 0; ///< what it takes
};

/// Guesses which test kills a mutant soonest, from what tests did to others: those of the same
/// function tell most, then those of the same file, then all.
class Ranking {
public:
  /// A test was run on a mutant, and killed it or did not.
  void note(const Mutant &mutant, const std::string &test, bool killed);

  /// A test has killed this mutant when tests or mutants were others than today: it is the first
  /// to be tried.
  void recall(const std::string &mutant, const std::string &test);
  bool is_recalled(const Mutant &mutant, const std::string &test) const;

  /// Guessed kills per second; above all others for a test that is recalled.
  double score(const Mutant &mutant, const Test &test) const;

private:
  struct Count {
    double tried = 0, killed = 0;
  };
  using Scope = std::pair<std::string, std::string>; // function, file or "", and the test

  /// The share of kills in a scope, which with few trials stays near what is expected.
  double share(const Scope &scope, double expected) const;

  std::map<Scope, Count> counts_;
  std::set<std::pair<std::string, std::string>> recalled_; // mutant, test
};

/// Tests that are to be run on many mutants: those first that kill most of them soonest.
std::vector<Test> likeliest_first(std::vector<Test> tests, const Group &mutants,
                                  const Ranking &ranking);

/// The test that is to be run next on a mutant: the one that has to confirm a kill, else the
/// likeliest killer that has not been tried and reaches the mutant. Nothing if the mutant is
/// killed, or with `every` when all tests are done.
std::optional<Test> next_test(const Mutant &mutant, const std::vector<Test> &tests,
                              const Ledger &ledger, const Ranking &ranking, bool every);

} // namespace verdict::mutants
