// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "lab/column.h"
#include "lab/places.h"
#include "playground/terminal.h"
#include "qemu/golden_image.h"

namespace verdict::playground {

/// Where a person begins in the guest, and what is brought there lies.
inline constexpr const char *guest_home = "/tmp";

/// A column of the matrix as a guest for people: with their tools and a terminal.
Column for_people(Column column);

/// How that is made. Error: its image does not exist.
Result<GoldenSpec> golden_spec_for_people(const Column &column, const Places &places);

/// A shell on the guest's terminal; when it ends, the guest powers off.
Result<void> start_shell(guest::Agent &agent, const std::string &terminal_type, TerminalSize size);

/// Tells the guest's terminal its size. It forgets that whenever nobody has it open.
Result<void> set_size(guest::Agent &agent, TerminalSize size);

} // namespace verdict::playground
