// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace verdict::upstream {

/// How a case ended.
enum class Outcome {
  pass,
  fail,
  skip,    ///< also what upstream calls an expected failure: it does not apply here
  missing, ///< there is no result
};

const char *to_string(Outcome outcome);

/// One case of a test.
struct CaseResult {
  std::string name;
  Outcome outcome;
  std::string said; ///< of a skip the reason, of a failure what it printed last

  bool operator==(const CaseResult &) const = default;
};

/// The results in what a test has printed (KTAP); numbers and plans are not looked at. Names are
/// without what xskxceiver puts before them ("PASS: ").
std::vector<CaseResult> read_ktap(std::string_view text);

} // namespace verdict::upstream
