// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// What QEMU's monitor for people prints for a command, for what QMP has no command of its own.
/// Error: QEMU does not answer in time.
Result<std::string> monitor(Machine &machine, const std::string &command);

/// Where a CPU is.
struct CpuPosition {
  uint64_t address = 0; ///< of the next instruction
  bool halted = false;  ///< it waits for an interrupt
};

/// Where the CPUs of a machine are, from outside: the guest need not answer.
Result<std::vector<CpuPosition>> cpu_positions(Machine &machine);

/// What the monitor prints for "info registers -a". Error: no CPU in it.
Result<std::vector<CpuPosition>> parse_registers(std::string_view registers);

} // namespace verdict
