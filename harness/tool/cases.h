// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace verdict {

/// Each adds a subcommand on the suite's cases; what it returns runs that and returns the exit
/// status.
std::function<int()> add_list_command(CLI::App &app);
std::function<int()> add_explain_command(CLI::App &app);
std::function<int()> add_run_command(CLI::App &app);

} // namespace verdict
