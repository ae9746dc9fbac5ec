// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "cost/counters.h"
#include "cost/user_driver.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"

namespace verdict::cost {

/// Starts DPDK's testpmd in a forwarding mode and waits until it receives. The guest's image must
/// be the one that scripts/dpdk-image makes. Error: what it says.
Result<UserDriver> start_testpmd(Machine &machine, Counters &counters, guest::Agent &agent,
                                 const std::string &mode, unsigned ring, const Frame &frame);

} // namespace verdict::cost
