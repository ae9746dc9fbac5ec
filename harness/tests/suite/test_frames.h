// SPDX-License-Identifier: GPL-2.0-only
// Frames that tests send, and what verdict.bpf.c makes of them.
#pragma once

#include <vector>

#include "packet/address.h"
#include "packet/frame.h"

namespace verdict {

/// Sizes at which something changes: the smallest frame, powers of two and their neighbours, the
/// old driver's copybreak (256), the largest frame.
std::vector<size_t> notable_sizes();

/// The same up to the longest frame, of `longest` bytes: where a frame begins to take another
/// 2048-byte buffer, and where the FCS that the device appends lies across two of them.
std::vector<size_t> notable_jumbo_sizes(size_t longest);

/// A test frame of each size.
std::vector<Frame> test_frames(const NicAddress &nic, const std::vector<size_t> &sizes);

/// `count` test frames of one size, all different.
std::vector<Frame> test_frames(const NicAddress &nic, size_t count, size_t size = 128);

std::vector<Frame> swapped(std::vector<Frame> frames);

/// What verdict.bpf.c makes of a frame with adjust_head or adjust_tail.
Frame with_head_adjusted(Frame frame, int delta);
Frame with_tail_adjusted(Frame frame, int delta);

} // namespace verdict
