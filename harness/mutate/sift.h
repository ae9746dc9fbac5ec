// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "mutate/compiler.h"
#include "mutate/operators.h"

namespace verdict::mutate {

/// What to compile, and where.
struct Sieve {
  std::map<std::string, Compiler> units; ///< by the unit's source below the tree
  std::string tree;                      ///< the original sources; ends in '/'
  std::string woven;                     ///< a copy, to be written to; ends in '/'
  std::filesystem::path work;            ///< for what the compiler makes
};

/// What is left of mutants, and why the others are not.
struct Sifted {
  std::vector<Mutant> kept;
  size_t not_compiled = 0; ///< are no C
  size_t equal = 0;        ///< come out as the original
  size_t doubled = 0;      ///< come out as one that is kept
  size_t thinned = 0;      ///< are more than were asked for
};

/// Leaves out the mutants that do not compile and those whose object code no test can tell from
/// the original's or from another mutant's; of such the first one stays. A mutant made by hand that
/// would be left out is an error.
///
/// Each function is compiled once for each of its mutants, under another name, all of a unit's in
/// one run of the compiler.
Result<Sifted> sift(const Sieve &sieve, const Sources &sources,
                    const std::vector<Function> &functions, std::vector<Mutant> mutants);

} // namespace verdict::mutate
