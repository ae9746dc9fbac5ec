// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "mutate/operators.h"

namespace verdict::mutate {

/// Faults that people wrote down, from a list in JSON:
///   [{ "what": "...", "source": "...", "edits": [{ "file", "find", "replace" }, ...] }, ...]
/// "find" stands once in its file; of it the edit is about "piece", or all. "replace" holds $FOUND
/// once, where that text stays, and in one of a fault's edits $MUTANT, the condition. An error
/// names the fault by its "what".
Result<std::vector<Mutant>> read_bugs(std::string_view json, const Sources &sources,
                                      const std::vector<Function> &functions);

} // namespace verdict::mutate
