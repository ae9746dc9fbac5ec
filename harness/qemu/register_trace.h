// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <map>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// Where a NIC has its registers.
struct NicRegisters {
  uint64_t address; ///< physical, of BAR 0
  uint64_t size;
};

/// The registers of NIC `nic`, where the guest has mapped them. Error: it has none in memory.
Result<NicRegisters> nic_registers(Machine &machine, size_t nic);

/// Counts the guest's writes to NIC registers while it runs, by QEMU's trace event
/// memory_region_ops_write. NICs are told apart by the address of their BAR 0.
class RegisterTrace {
public:
  using Counts = std::map<uint64_t, size_t>; ///< register offset -> writes

  /// Starts to count for NIC `nic` of a machine, which must outlive this.
  static Result<RegisterTrace> start(Machine &machine, size_t nic);

  /// The counts since the start. It goes on.
  Result<Counts> so_far() const;

  /// Ends it. What a poll of the guest does after the last frame on the wire is in the counts if a
  /// sentinel was exchanged before.
  Result<Counts> stop();

private:
  RegisterTrace(Machine &machine, uint64_t base, uint64_t size, size_t log_offset)
      : machine_(&machine), base_(base), size_(size), log_offset_(log_offset)
  {
  }

  Machine *machine_;
  uint64_t base_;
  uint64_t size_;
  size_t log_offset_;
};

/// The counts in a trace log: writes to addresses from `base` to below `base` + `size`.
RegisterTrace::Counts count_register_writes(std::string_view log, uint64_t base, uint64_t size);

} // namespace verdict
