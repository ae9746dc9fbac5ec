// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/column.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// The profiles of all kernels and columns, which say what tests may be skipped for.
class SkipReasons {
public:
  static Result<SkipReasons> load();

  /// Whether a test "Nic/SUITE.CASE/COLUMN", or "...COLUMN.KIND", may be skipped for this reason:
  /// the kernel that tests of its kind run on, or the column's driver on that kernel, lacks
  /// something, and its profile gives this reason for it. Or whether "Cost.TEST" may be: its
  /// budgets are another release's.
  bool expect(const std::string &test, const std::string &reason) const;

private:
  struct OnKernel {
    KernelProfile kernel;
    std::vector<Column> columns;
  };

  std::vector<OnKernel> all_;
};

} // namespace verdict
