// SPDX-License-Identifier: GPL-2.0-only
// Paths through the examples of selftests/drivers/net/xdp/examples.
#pragma once

#include <vector>

#include "cost/path.h"

namespace verdict::cost {

/// Each example with its maps set up so that a frame that is measured takes its usual way.
std::vector<Path> example_paths();

} // namespace verdict::cost
