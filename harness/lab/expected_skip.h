// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/column.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// The profiles of all columns and kernels, which say what tests may be skipped for.
struct SkipReasons {
  std::vector<Column> columns; ///< each for every one of `kernels`
  std::vector<KernelProfile> kernel_profiles;

  static Result<SkipReasons> load();

  /// Whether a test "Nic/SUITE.CASE/COLUMN", or "...COLUMN.debug", may be skipped for this reason:
  /// the column's driver or the kernel lacks something, and its profile gives this reason for it.
  bool expect(const std::string &test, const std::string &reason) const;
};

} // namespace verdict
