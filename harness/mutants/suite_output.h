// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "mutants/trial.h"

namespace verdict::mutants {

/// How a test failed that was not done in its time.
inline constexpr const char *time_is_over = "time limit";

/// The names in what `--gtest_list_tests --gtest_output=json` writes: "Suite.Test". Error: another
/// form.
Result<std::vector<std::string>> read_test_names(const std::string &json);

/// What `--gtest_output=json` writes of one test that was run on mutants, as a trial's outcome,
/// how, said, seconds and reached. The fixture tells there what it chose, and how the guest ended;
/// a test that did not choose these is an error, as is one whose QEMU died.
Trial read_outcome(const std::string &json, const std::string &choice);

} // namespace verdict::mutants
