// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "cost/path.h"

namespace verdict::cost {

/// Everything that `make cost` measures: every path and every peer at the base point, and the main
/// ones with one of size, ring and flows changed.
std::vector<Case> plan();

/// What has a budget: few, so that they can be checked often.
std::vector<Case> budgeted();

/// Two paths of which one is to be no dearer than so many times the other.
struct Reach {
  std::string path;                   ///< of this project's driver
  std::string system, peer;           ///< whose path it is compared with
  std::optional<double> at_most = {}; ///< times the peer
};

/// What this project's driver is compared with.
const std::vector<Reach> &reaches();

} // namespace verdict::cost
