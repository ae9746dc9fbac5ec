// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace verdict {

/// Frames that a test expected, and those that it got instead.
struct FrameMismatch {
  std::vector<Frame> expected, actual;
};

/// Keeps what a matcher has found to differ, until somebody takes it.
void note_mismatch(FrameMismatch mismatch);

/// What has been noted since the last call.
std::vector<FrameMismatch> take_mismatches();

/// Writes a capture with two interfaces, "expected" and "received"; the frames stand side by side,
/// each with a comment: "frame 3, expected", "frame 3, which differs".
Result<void> write_mismatches(const std::vector<FrameMismatch> &mismatches,
                              const std::filesystem::path &path);

} // namespace verdict
