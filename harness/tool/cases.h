// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

#include "tool/subcommand.h"

namespace verdict {

/// Each adds a subcommand on the suite's cases; what it returns runs that.
Subcommand add_list_command(CLI::App &app);
Subcommand add_explain_command(CLI::App &app);
Subcommand add_run_command(CLI::App &app);

} // namespace verdict
