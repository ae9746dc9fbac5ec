// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>

#include "mutants/ledger.h"
#include "mutants/mutant.h"

namespace verdict::mutants {

/// Why nobody could notice a mutant, by its key.
using Reasons = std::map<std::string, std::string>;

/// Reads harness/mutants/survivors.json: [{"mutant": key, "reason": text}...]. Error: another
/// form, a mutant that is named twice, an empty reason.
Result<Reasons> read_reasons(const std::string &json);

/// What is wrong with reasons, a sentence each: there is no such mutant, or a test has killed it.
std::vector<std::string> wrong_reasons(const Reasons &reasons, const Catalogue &catalogue,
                                       const Ledger &ledger);

} // namespace verdict::mutants
