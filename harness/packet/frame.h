// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <vector>

namespace verdict {

/// An Ethernet frame as it is on the wire, from the destination address on, without its FCS.
struct Frame {
  std::vector<uint8_t> bytes;

  size_t size() const { return bytes.size(); }
  bool empty() const { return bytes.empty(); }
  const uint8_t *data() const { return bytes.data(); }
  uint8_t *data() { return bytes.data(); }
  uint8_t &operator[](size_t offset) { return bytes[offset]; }
  uint8_t operator[](size_t offset) const { return bytes[offset]; }
  operator std::span<const uint8_t>() const { return bytes; }

  bool operator==(const Frame &) const = default;
};

/// The smallest frame on an Ethernet, in bytes without FCS. Shorter ones are padded with zeros:
/// by QEMU 7.2 on their way in, which QEMU 10 leaves to the sender, and by the NIC or its driver on
/// their way out.
inline constexpr size_t min_frame_size = 60;

/// The largest frame at an MTU of 1500, in bytes without FCS and VLAN tag.
inline constexpr size_t max_frame_size = 1514;

/// For GoogleTest: the frame's one-line summary.
void PrintTo(const Frame &frame, std::ostream *stream);

/// For GoogleTest: how many frames, and the summaries of the first ones.
void PrintTo(const std::vector<Frame> &frames, std::ostream *stream);

} // namespace verdict
