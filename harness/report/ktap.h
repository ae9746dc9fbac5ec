// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verdict {

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

/// A report in KTAP.
struct Ktap {
  std::optional<size_t> planned; ///< cases; of several reports, one after the other, all of them
  std::vector<CaseResult> cases;
};

/// The report in what a test has printed, of lines that are indented by so many blanks: those of a
/// subtest are indented by 4 more. Names are without what xskxceiver puts before them ("PASS: ").
Ktap read_ktap(std::string_view text, size_t indent = 0);

/// What is wrong with a report in which as many cases as planned, and at least one, are to have
/// passed.
std::vector<std::string> shortcomings(const Ktap &ktap);

} // namespace verdict
