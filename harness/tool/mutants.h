// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <CLI/CLI.hpp>

#include "tool/subcommand.h"

namespace verdict {

/// Adds the subcommand "mutants"; what it returns runs it.
Subcommand add_mutants_command(CLI::App &app);

} // namespace verdict
