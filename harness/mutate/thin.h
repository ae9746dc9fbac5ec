// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <vector>

#include "mutate/mutant.h"

namespace verdict::mutate {

/// At most so many mutants, in their order. Those made by hand stay. Of the others one of each line
/// is taken, then a second one, and so on until there are enough. Which one of a line comes first
/// is decided by a digest of what it does: by chance, but always the same.
std::vector<Mutant> thin(const std::vector<Mutant> &mutants, size_t at_most);

} // namespace verdict::mutate
