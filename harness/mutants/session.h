// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mutants/bench.h"
#include "mutants/ledger.h"
#include "mutants/ranking.h"
#include "mutants/watch.h"

namespace verdict::mutants {

/// A part of the suite, for the mutants that the parts before it have not killed.
struct Stage {
  std::string kernel;
  std::string filter;   ///< GoogleTest's
  bool by_each = false; ///< only the likeliest tests, on each mutant by itself
};

/// The column whose tests are all run on every mutant that lives.
inline constexpr std::string_view main_column = "e1000_82540em";

/// The stages of a run: what is quick first.
const std::vector<Stage> &stages();

/// What of a run is asked for.
struct Wish {
  Group mutants;
  bool every = false; ///< all tests of the first stage, not only until the first kill
  unsigned jobs = 1;  ///< tests at a time
};

/// Runs tests on mutants, and writes down each trial at once: what was interrupted goes on where
/// it was. Trials of other mutants, guest images or suites do not count, but say which test is
/// worth trying first.
class Session {
public:
  Session(const Bench &bench, Journal &journal) : bench_(bench), journal_(journal) {}

  /// Takes in what the journal holds, and what has killed mutants elsewhere.
  Result<void> recall(const std::vector<Watch> &killers);

  /// Runs all stages for which there is a guest image. Before one its tests must pass without a
  /// mutant; one that skips, or reaches none of the mutants that are left, is left out. Error: one
  /// fails. Progress goes to stderr.
  Result<void> run(const Wish &wish);

  const Ledger &ledger() const { return ledger_; }

private:
  std::optional<Test> choose(const Mutant &mutant, const std::vector<Test> &tests, bool every);
  bool may_notice_any(const Stage &stage, const std::string &test, const Group &mutants) const;
  Result<std::vector<Test>> good_tests(const Stage &stage, const std::vector<std::string> &names,
                                       unsigned jobs, const Group &mutants);
  Result<void> try_out(const Stage &stage, const std::string &test);

  /// What has killed a mutant before, on that mutant by itself.
  Result<void> run_recalled(const Stage &stage, const Wish &wish);

  /// At most so many tests on each mutant by itself; one that has failed is confirmed nevertheless.
  Result<void> run_each(const std::vector<Test> &tests, const Group &mutants, unsigned jobs,
                        bool every, size_t most);
  /// What became of the mutant, for people.
  Result<std::string> run_mutant(const Mutant &mutant, const std::vector<Test> &tests, bool every,
                                 size_t most);

  /// All tests on all mutants that live, in groups.
  Result<void> sweep(const std::vector<Test> &tests, const Group &mutants, unsigned jobs);
  /// A test on those of a group that live; gives the groups to be tried next.
  Result<std::vector<Group>> try_group(const Test &test, const Group &group);
  /// The groups to be tried next: the halves if the test fails, and if it passes those mutants that
  /// it did not reach.
  Result<std::vector<Group>> run_group(const Test &test, const Group &group);
  /// Until the test has passed or killed the mutant.
  Result<void> run_single(const Test &test, const Mutant &mutant);
  Group still_wanted(const Test &test, const Group &mutants);
  Group living(Group mutants);

  Mark mark(const Mutant &mutant, const Test &test);
  bool is_killed(const Mutant &mutant);
  Result<void> note(const Trial &trial);

  const Bench &bench_;
  Journal &journal_;
  std::mutex mutex_; ///< of what follows
  Ledger ledger_;
  Ranking ranking_;
};

} // namespace verdict::mutants
