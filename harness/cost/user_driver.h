// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict::cost {

/// A process that has taken NIC 0 from the kernel and polls it without end.
struct UserDriver {
  uint64_t poll;    ///< where the function begins with which it asks the NIC for frames
  size_t burst;     ///< frames that it asks for at a time
  std::string maps; ///< its /proc/PID/maps
};

/// Where a driver asks for frames, as far as is known by now; 0 while it is not.
using FindPoll = std::function<Result<uint64_t>()>;

/// Sends a frame now and then until a driver has taken every one for a second, and it is known
/// where it asks for them. Returns that. A NIC that was set up keeps frames back for a second of
/// the guest's time; QEMU takes one of them meanwhile.
Result<uint64_t> until_it_receives(Machine &machine, const Frame &frame, milliseconds timeout,
                                   const FindPoll &find_poll);

} // namespace verdict::cost
