// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "mutate/sift.h"

namespace verdict::mutate {

/// Names for mutants that stay when other mutants come and go: file, function, what is wrong, and
/// of several that read the same in a function, which one.
std::vector<std::string> names_of(const std::vector<Mutant> &mutants);

/// mutants.json: the mutants that are kept, with their numbers, and what became of the others.
std::string catalogue(const Sifted &sifted, const std::string &release,
                      const std::string &source_digest);

} // namespace verdict::mutate
