// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "packet/frame.h"

namespace verdict::playground {

/// What a driver counts, by ethtool -S.
using Counts = std::map<std::string, uint64_t>;

/// The counters that stand elsewhere than before, by how much they went up. One that went down was
/// set back, and counts from 0.
Counts growth(const Counts &before, const Counts &now);

/// "rx_packets +1, rx_xdp_drop +1"
std::string describe_growth(const Counts &grown);

/// Frames, a line each, of many only the first.
std::string describe_frames(const std::vector<Frame> &frames);

} // namespace verdict::playground
