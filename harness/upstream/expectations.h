// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "report/ktap.h"

namespace verdict::upstream {

/// How a case is to end, and why so if it is not to pass.
struct Expected {
  std::string name;
  Outcome outcome;
  std::string reason;
  bool or_pass = false; ///< it may pass as well: the reason is a race that the test itself has

  bool met_by(Outcome result) const;

  /// "fail", "fail or pass".
  std::string outcomes() const;

  bool operator==(const Expected &) const = default;
};

/// What a test is to give with one driver.
struct ExpectedTest {
  std::string name;
  std::string not_run; ///< why it is not run at all, or ""
  std::vector<Expected> cases;
};

/// Reads qemu/upstream/DRIVER.json: of each test its cases, {"ping.py": {"ping.test": "pass",
/// "ping.other": "fail: the reason", "ping.third": "fail or pass: the race"}}, or in their place
/// why it is not run. Error: another form, a case that is not to pass without a reason.
Result<std::vector<ExpectedTest>> read_expectations(const std::string &json);

/// Where those of a driver are, from the project's top.
std::string expectations_file(const std::string &driver);

/// Those of a driver. Error: names the file.
Result<std::vector<ExpectedTest>> load_expectations(const std::string &driver);

/// A case as it was to end, and as it ended.
struct Judged {
  std::string name;
  std::optional<Expected> expected; ///< none: nobody knows of such a case
  CaseResult result;

  bool as_expected() const { return expected && expected->met_by(result.outcome); }
};

/// What these results were expected to be, had they been known: where an outcome is as it was
/// expected, its reason stays, and else what the test said stands for it.
std::vector<Expected> as_they_are(const std::vector<Judged> &judged);

/// The text that read_expectations() reads.
std::string write_expectations(const std::vector<ExpectedTest> &tests);

/// Puts results beside what was expected. A case without a result is missing; of several results
/// of one case the worst counts.
std::vector<Judged> judge(const ExpectedTest &expected, const std::vector<CaseResult> &results);

} // namespace verdict::upstream
