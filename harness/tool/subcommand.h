// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>

#include "base/result.h"

namespace verdict {

/// Runs a subcommand of verdict and returns the exit status. Error: why it could not be done, which
/// main() says; the exit status is 1 then.
using Subcommand = std::function<Result<int>()>;

} // namespace verdict
