// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/deadline.h"
#include "base/result.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"

namespace verdict {

/// How long a guest may boot.
inline constexpr milliseconds boot_timeout{ 120000 };

/// The agent of a guest that is booting, when it answers. Error: it does not in time; then the
/// guest has been ended as one that hangs, and this is how that went.
Result<guest::Agent> boot_agent(Machine &machine, milliseconds timeout = boot_timeout);

} // namespace verdict
