// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace verdict::cost {

/// A process that has taken NIC 0 from the kernel and polls it without end.
struct UserDriver {
  uint64_t poll;    ///< where the function begins with which it asks the NIC for frames
  size_t burst;     ///< frames that it asks for at a time
  std::string maps; ///< its /proc/PID/maps
};

} // namespace verdict::cost
