// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mutants/group.h"
#include "mutants/mutant.h"
#include "mutants/report.h"
#include "mutants/trial.h"

namespace verdict::mutants {

/// A mutant and a test that kills it.
struct Watch {
  std::string mutant; ///< its key
  std::string test;
};

/// The content of harness/mutants/watch.json and killers.json, and back. Error: another form.
std::string write_watches(const std::vector<Watch> &watches);
Result<std::vector<Watch>> read_watches(const std::string &json);

/// Chooses so many mutants that are killed soon: as many files and kinds of faults as there are,
/// and of each the one that was killed soonest.
std::vector<Watch> pick(const Report &report, size_t count);

/// What has killed each mutant of the report, in their order: now, or else when `before` was
/// written.
std::vector<Watch> killers(const Report &report, const std::vector<Watch> &before);

/// When a run is ended. None of the tests that are picked takes nearly as long.
inline constexpr std::chrono::seconds watch_limit{ 60 };

/// Has `run` run each test on its mutant, on which it has to fail twice in a row, and on none,
/// where it has to pass. What is wrong, a sentence for each: a mutant that is not killed any more,
/// or that there is no more.
std::vector<std::string>
check(const Catalogue &catalogue, const std::vector<Watch> &watches, unsigned jobs,
      const std::function<Trial(const Group &, const std::string &test)> &run);

} // namespace verdict::mutants
