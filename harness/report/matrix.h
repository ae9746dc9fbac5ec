// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "report/junit.h"

namespace verdict {

/// The tests as one matrix for people. A name "Nic/SUITE.CASE/COLUMN" is a cell in row SUITE.CASE;
/// other tests are counted in one line. Below stand what tests have measured, the reasons of skips,
/// grouped, and for each failure the command that runs it again and its evidence; last
/// "N passed, N failed, N skipped". `tests` is the folder in which ctest finds them.
std::string matrix(const std::vector<TestResult> &results, const std::string &tests);

/// All is well: there are tests, and none failed.
bool all_well(const std::vector<TestResult> &results);

} // namespace verdict
