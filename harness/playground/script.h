// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace verdict::playground {

/// Does what a line says; false if it was the last.
using RunLine = std::function<Result<bool>(const std::string &line)>;

/// Runs the lines of a script, up to one that fails or is the last, and shows each that is to do
/// something by `echo`. The error names the script and the line.
Result<void> run_script(const std::string &name, std::string_view text, const RunLine &run,
                        const std::function<void(const std::string &line)> &echo);

} // namespace verdict::playground
