// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "guest/agent_client.h"
#include "lab/column.h"

namespace verdict {

/// A driver's Rx ring.
struct RxRing {
  uint32_t count; ///< descriptors
  uint32_t owned; ///< of these the device's: they have buffers
};

/// The Rx ring of an interface, read as its driver's profile says. Error: it has none.
Result<RxRing> read_rx_ring(guest::Agent &agent, const std::string &ifname, RingReader reader);

} // namespace verdict
