// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "packet/address.h"
#include "packet/frame.h"

namespace verdict::playground {

/// What parse_frame() understands, for people.
extern const char *const frame_help;

/// The frame that words describe: "udp dport=7 text=hello". What they leave out is as it is between
/// the two ends of the NIC's cable, and right. Error: what is wrong with the words.
Result<Frame> parse_frame(std::span<const std::string> words, const NicAddress &nic);

} // namespace verdict::playground
