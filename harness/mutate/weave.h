// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mutate/mutant.h"

namespace verdict::mutate {

/// Source files by their paths below the tree.
using Sources = std::map<std::string, std::string>;

/// Can both edits be made: one inside the other, or apart?
bool go_together(const Edit &one, const Edit &other);

/// The sources with all mutants in place; the one at index i is chosen by MUTANT(i + 1). No line
/// moves. The edits must go together.
Sources weave(const Sources &sources, const std::vector<Mutant> &mutants);

/// The mutants that go together, in order: one that overlaps an earlier one is left out.
std::vector<Mutant> without_overlaps(const std::vector<Mutant> &mutants);

} // namespace verdict::mutate
