// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.h"
#include "cost/counters.h"
#include "qemu/machine.h"

namespace verdict::cost {

/// How a guest is flooded.
struct FloodOptions {
  size_t nic = 0;        ///< where the frames come in
  size_t per_visit = 64; ///< frames that the guest takes at most each time it looks: NAPI's budget
  /// How many frames may be on their way to a NIC that loses what does not fit its ring; 0 for one
  /// that makes QEMU wait.
  size_t ahead = 0;
  /// The guest is never idle, as it polls without end: it is left waiting at the gate.
  bool polls = false;
  /// It is taken for idle when it has done nothing for so long.
  milliseconds quiet{ 20 };
};

/// Sends `count` frames, those of `pattern` in turn, so that the guest finds as many as it can take
/// whenever it looks: a guest is faster than QEMU hands it frames, and would otherwise be measured
/// at taking one frame an interrupt. It waits at the gate (Counters::set_gate), which should be
/// the function that polls the NIC, until QEMU has put enough into the ring. Returns when the guest
/// has dealt with all and is idle. What the guest sends is thrown away; the result is how many
/// frames that were.
Result<size_t> flood(Machine &machine, Counters &counters, const std::vector<Frame> &pattern,
                     size_t count, const FloodOptions &options);

/// Waits until the guest waits at the gate, to leave it there. Frames that the guest sends
/// meanwhile are thrown away; how many those were.
Result<size_t> hold(Machine &machine, Counters &counters);

/// Waits until the guest has been idle for a while. Error: it never is. As for
/// hold(), the result is how many frames it sent.
Result<size_t> settle(Machine &machine, Counters &counters,
                      milliseconds quiet = FloodOptions{}.quiet);

} // namespace verdict::cost
