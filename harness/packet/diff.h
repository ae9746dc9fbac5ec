// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "packet/frame.h"

namespace verdict {

/// A hexdump, 16 bytes a line: offset, bytes, ASCII.
std::string hexdump(const Frame &frame);

/// How two frames differ, for people: lengths, summaries, the first differing offset with its
/// field's name, and a hexdump in which lines that differ stand as "-" (expected) and "+" (actual)
/// with "^^" under each differing byte; longer runs of equal lines are left out. Empty when equal.
std::string frame_difference(const Frame &expected, const Frame &actual);

} // namespace verdict
