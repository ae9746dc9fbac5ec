// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>

namespace verdict::floor {

/// Who an answering device is.
struct Host {
  std::array<uint8_t, 6> mac;
  std::array<uint8_t, 4> ip;
};

/// Swaps the addresses of an Ethernet frame of at least 14 bytes.
void swap_addresses(uint8_t *frame);

/// Makes of an ARP request for the host, or of an ICMP echo request to it, the answer, in its
/// place. False if the frame is neither; it is as it was then.
bool make_answer(const Host &host, uint8_t *frame, uint32_t length);

} // namespace verdict::floor
