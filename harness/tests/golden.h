// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace verdict {

/// Expects `text` to be what harness/tests/golden/<name>.txt holds. With VERDICT_REWRITE_GOLDEN=1
/// in the environment the file is written instead, to be read and committed.
void expect_golden(const std::string &name, const std::string &text);

} // namespace verdict
