// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"

namespace verdict::upstream {

/// Where the plan and all that belongs to it is, from the project's top.
inline constexpr const char *folder = "qemu/upstream";

/// One of upstream's tests.
struct Test {
  std::string name;     ///< of the file, if there is no script
  std::string folder;   ///< below tools/testing/selftests
  std::string script;   ///< a file beside the plan that runs the test; "" if nothing has to
  std::string argument; ///< the script's
  unsigned cpus = 1;
  milliseconds usual{ 0 }; ///< how long it takes

  /// After so long something is wrong.
  milliseconds limit() const { return 4 * usual; }
};

/// What make upstream runs.
struct Plan {
  std::vector<std::string> drivers; ///< columns of the matrix of verdicts
  std::vector<Test> tests;
};

/// Reads tests.json. Error: no such file, a key that is wrong or missing.
Result<Plan> load_plan(const std::string &file);

} // namespace verdict::upstream
