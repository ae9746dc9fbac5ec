// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "mutate/mutant.h"
#include "mutate/syntax.h"
#include "mutate/weave.h"

namespace verdict::mutate {

/// Which lines of the sources are mutated. A file without a line in it is mutated as a whole.
using Targets = std::map<std::string, std::set<unsigned>>;

/// A function's definition, as a piece of its file.
struct Function {
  std::string unit; ///< the source that it was parsed with
  std::string file;
  std::string name;
  size_t begin = 0;
  size_t end = 0;
  size_t name_begin = 0; ///< where its name stands
};

/// What was found in sources.
struct Found {
  std::vector<Mutant> mutants;
  std::vector<Function> functions; ///< all of the targets, in no order
};

/// The faults that can be put into the units' functions by rule:
///   statements, calls, assignments, jumps and increments left out;
///   a lock and its unlocks left out, as one fault;
///   conditions held true and held false, and what is negated turned round; operands of && and ||
///   left out; comparisons off by one, other operators without one of their operands; constants one
///   higher, true for false; arguments of the same type swapped; a call's result taken for 0;
///   results turned: an error to success, success to an error, any to 0.
/// A fault that whatever notices another one notices as well is not made: a condition turned round,
/// a constant that is all that is assigned, a call left out of a condition. Nor is a loop that
/// cannot end for want of its condition or its step.
///
/// `units` have the names of their sources. `sources` holds the files of `targets`; files that the
/// units name with `tree` in front.
Found find_mutants(const std::map<std::string, Unit> &units, const std::string &tree,
                   const Sources &sources, const Targets &targets);

} // namespace verdict::mutate
