// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mutate/sift.h"

namespace verdict::mutate {

/// Why nobody could notice some mutants: reasons by mutants' names.
using Reasons = std::map<std::string, std::string>;

/// Names for mutants that stay when other mutants come and go: file, function, what is wrong, and
/// of several that read the same in a function, which one.
std::vector<std::string> names_of(const std::vector<Mutant> &mutants);

/// Reads reasons from JSON, an object of texts by name.
Result<Reasons> read_reasons(std::string_view json);

/// mutants.json: the mutants that are kept, with their numbers, and what became of the others. A
/// reason for a mutant that does not exist is an error.
Result<std::string> catalogue(const Sifted &sifted, const Reasons &reasons,
                              const std::string &release, const std::string &source_digest);

} // namespace verdict::mutate
