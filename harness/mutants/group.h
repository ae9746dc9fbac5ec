// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "mutants/mutant.h"

namespace verdict::mutants {

/// Mutants that a guest makes all at once; none is the driver as it is.
using Group = std::vector<const Mutant *>;

/// How a guest is told of them: "0", "17", "3,17".
std::string choice(const Group &group);

/// Groups of at most `most` mutants, which have together all of these. No group has two of the
/// same line: they might undo each other.
std::vector<Group> deal(const Group &mutants, size_t most);

/// The two halves of a group of two or more.
std::vector<Group> halves(const Group &group);

} // namespace verdict::mutants
