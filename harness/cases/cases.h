// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/column.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// A case of the suite, as its source has it.
struct Case {
  std::string suite, name; ///< "Drop", "NothingComesThrough"
  std::string about;       ///< what all cases of its file are about, in one line
  std::string place;       ///< "harness/tests/suite/drop_test.cc:38"
  std::string source;      ///< the test, with a comment that stands before it
  std::string fixture;     ///< the class that it stands on, with the classes below that
  std::string columns;     ///< on those it runs that have this suite in their profile

  std::string full_name() const { return suite + "." + name; }
};

/// Where the suite's sources are, from the project's top.
inline constexpr const char *suite_directory = "harness/tests/suite";

/// All cases, by the names of the files and in their order. Error: no such directory, or a case
/// that runs on no columns.
Result<std::vector<Case>> read_cases(const std::string &directory = suite_directory);

/// Classes by their names: the text of each with its functions, and that of the classes it is
/// derived from.
using Fixtures = std::map<std::string, std::string>;

/// The classes in all sources.
Fixtures fixtures_of(std::string_view sources);

/// The cases in one file.
std::vector<Case> cases_of(std::string_view source, const std::string &file,
                           const Fixtures &fixtures);

/// Those whose names fit a pattern, in which * stands for anything: "Drop.*", "*Storm*".
std::vector<Case> fitting(const std::vector<Case> &cases, const std::string &pattern);

/// What a case proves: its name in words.
std::string in_words(std::string_view name);

/// Why it is skipped on a column: what the test requires and the driver or the kernel cannot do. ""
/// if nothing.
std::string skipped_for(const Case &one, const Column &column, const KernelProfile &kernel);

} // namespace verdict
