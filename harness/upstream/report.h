// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "upstream/expectations.h"

namespace verdict::upstream {

/// A test with a driver, as it went.
struct Finished {
  std::string driver, test;
  std::string not_run; ///< why it was not run, or ""
  std::vector<Judged> cases;
  std::vector<std::string> complaints; ///< what else went wrong; nobody expects any
  std::string evidence;                ///< folder
};

/// Whether everything went as it was to go.
bool all_well(const std::vector<Finished> &all);

/// For people: a table, tests by drivers, "passed/failed/skipped"; the reasons of what did not
/// pass; what was not expected, each with the line that would expect it.
std::string report(const std::vector<Finished> &all);

/// "6 passed, 1 failed, 0 skipped"; a missing case has failed.
std::string counts(const Finished &finished);

} // namespace verdict::upstream
