// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <vector>

#include "qemu/splat_finder.h"

namespace verdict {

/// What kernels complain of without cause.
const std::vector<SplatFinder::Rule> &false_alarms();

} // namespace verdict
