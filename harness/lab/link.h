// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// The command that tells a guest where the harness is, so that it never asks.
std::vector<std::string> neighbour_command(unsigned nic, const std::string &ifname);

/// Runs it.
Result<void> add_neighbour(guest::Agent &agent, unsigned nic, const std::string &ifname);

/// Waits until an interface has its link and the stack can send. The kernel lets it up to a second
/// after the driver has told of the link, and drops what is sent before (net/core/link_watch.c,
/// noop_enqueue() in net/sched/sch_generic.c); XDP needs no such leave. Error: no link in time.
Result<void> until_link(guest::Agent &agent, const std::string &ifname);

} // namespace verdict
