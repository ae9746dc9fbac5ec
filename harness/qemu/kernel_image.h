// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>

#include "base/result.h"

namespace verdict {

/// The ELF vmlinux inside a zstd-compressed bzImage, which boots more than a second faster than the
/// bzImage itself (QEMU enters it through PVH, without a BIOS and without unpacking under TCG).
/// Unpacked once with zstd(1) into `cache`, under a name made from the image's digest.
Result<std::filesystem::path> vmlinux_of(const std::filesystem::path &bzimage,
                                         const std::filesystem::path &cache);

} // namespace verdict
