// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace verdict {

/// Adds the subcommand "doctor"; what it returns runs it and returns the exit status.
std::function<int()> add_doctor_command(CLI::App &app);

} // namespace verdict
