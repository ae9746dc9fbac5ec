// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// After a poll in which there was work, an interface's interrupt stays off, and a timer starts the
/// next poll. After so many polls without work the interrupt is on again
/// (Documentation/networking/napi.rst, "Software IRQ coalescing").
Result<void> poll_by_timer(guest::Agent &agent, const std::string &ifname, milliseconds period,
                           unsigned empty_polls = 1000);

/// Takes that back: the interrupt is on again after the next poll, which a frame must start if the
/// timer is far off.
Result<void> poll_by_interrupt(guest::Agent &agent, const std::string &ifname);

} // namespace verdict
