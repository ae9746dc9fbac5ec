// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "evidence/source_lines.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"

namespace verdict {

/// How a machine stands, for people who look for the cause of a failure: CPUs, registers and rings
/// of each NIC, read from outside; interfaces with their driver, link and ethtool -S, counters of
/// loaded BPF objects, page pools, modules and interrupts, as the guest tells. A part that is not
/// to be had says why ("missing"); a guest that does not answer is asked once, and costs two
/// seconds.
nlohmann::ordered_json machine_state(Machine &machine, guest::Agent *agent,
                                     const std::vector<std::string> &ifnames, SourceLines *lines);

} // namespace verdict
