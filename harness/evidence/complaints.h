// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "evidence/source_lines.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"
#include "qemu/monitor.h"
#include "qemu/splat_finder.h"

namespace verdict {

/// Waits until the guest's log has all that its kernel has said so far: newer kernels write it in
/// a thread. Error: it does not come, or the agent does not answer, within `limit`.
Result<void> complete_log(const Machine &machine, guest::Agent &agent, milliseconds limit);

/// What is wrong with a guest after a test: it does not answer the agent (a hang, which is then
/// ended by an NMI), it has ended, its kernel has complained, its log cannot be read. For people;
/// empty if all is well. `lines`, if there are any, tell the lines of source.
std::vector<std::string> complaints(Machine &machine, guest::Agent *agent,
                                    const std::vector<SplatFinder::Rule> &allowed = {},
                                    SourceLines *lines = nullptr);

/// Where each CPU is, for people: "CPU 0 in e1000_clean+0x1f [e1000], CPU 1 waits for an
/// interrupt".
std::string where_cpus_are(const std::vector<CpuPosition> &cpus, SourceLines *lines);

} // namespace verdict
