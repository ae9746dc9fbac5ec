// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace verdict {

/// Adds "verdict shell" to the command line; the returned function runs it after parsing.
std::function<int()> add_shell_command(CLI::App &app);

} // namespace verdict
