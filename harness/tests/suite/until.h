// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <string>

#include "base/deadline.h"
#include "base/result.h"

namespace verdict {

/// Asks every few milliseconds whether a condition holds, until it does. Error: the condition's
/// own, or that it did not come to pass in `limit`: longer for what itself waits for seconds.
Result<void> until(const std::string &what, const std::function<Result<bool>()> &holds,
                   milliseconds limit = milliseconds(30000));

} // namespace verdict
