// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

#include "tool/subcommand.h"

namespace verdict {

/// Adds "verdict shell" to the command line; the returned function runs it after parsing.
Subcommand add_shell_command(CLI::App &app);

} // namespace verdict
