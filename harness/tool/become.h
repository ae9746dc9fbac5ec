// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace verdict {

/// Runs another program in the place of this one. Comes back only with an error.
Result<int> become(const std::vector<std::string> &arguments);

} // namespace verdict
