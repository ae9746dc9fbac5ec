// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "evidence/source_lines.h"

namespace verdict {

/// What a test leaves for gdb in the directory that VERDICT_GDB names.
inline constexpr const char *gdb_socket = "gdb.sock", *gdb_commands_file = "gdb.commands";

/// The part of the environment that says what a test runs on, each as NAME=VALUE.
std::vector<std::string> test_environment();

/// A script, at `evidence`/repro.sh, that runs a test of `suite` again from the project's top,
/// which is the current directory, in a fresh fork of the same image, with the environment it had.
/// With --gdb the guest stops before its first instruction after the fork, and gdb is attached. Its
/// own evidence goes to `evidence`/again.
std::string repro_script(const std::string &test, const std::filesystem::path &evidence,
                         const std::filesystem::path &suite,
                         const std::vector<std::string> &environment);

/// Commands for gdb, run in the project's top: the kernel's and the modules' symbols at their
/// addresses, and the guest at a socket.
Result<std::string> gdb_commands(const std::filesystem::path &kernel, SourceLines &lines,
                                 const std::filesystem::path &socket);

} // namespace verdict
