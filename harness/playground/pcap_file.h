// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace verdict::playground {

/// The frames in a capture file, pcap or pcapng. Error: it cannot be read, is not of an Ethernet,
/// or has a frame of which only a part was captured.
Result<std::vector<Frame>> read_capture(const std::filesystem::path &path);

} // namespace verdict::playground
