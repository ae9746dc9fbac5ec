// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace verdict {

/// Those of `options` ("mitigation=off"), in their order, that a QEMU (a program in PATH) has for a
/// device. It is asked once for each model; its answer is kept in `memory` (a directory) for as
/// long as it is the same QEMU.
Result<std::vector<std::string>> known_options(const std::string &program, const std::string &model,
                                               const std::vector<std::string> &options,
                                               const std::filesystem::path &memory);

} // namespace verdict
