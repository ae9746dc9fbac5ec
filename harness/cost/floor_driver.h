// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "cost/user_driver.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"

namespace verdict::cost {

/// Starts the user-space driver of harness/floor in one of its modes ("drop", "tx") and waits until
/// it receives. Error: what it says.
Result<UserDriver> start_floor(Machine &machine, guest::Agent &agent, const std::string &mode,
                               const Frame &frame);

} // namespace verdict::cost
