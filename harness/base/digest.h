// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace verdict {

/// SHA-256 of a text, in hexadecimal.
std::string sha256(std::string_view text);

/// SHA-256 of a file's content, in hexadecimal. As test processes are many and kernels are big,
/// the digest is kept in `memory` (a directory) for as long as the file's inode, size and times
/// stay.
Result<std::string> file_sha256(const std::filesystem::path &path,
                                const std::filesystem::path &memory);

} // namespace verdict
