// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// What a descriptor of the 8254x holds (Intel's software developer's manual, 3.2.3 and 3.3.3).
struct E1000Descriptor {
  uint64_t address = 0;
  uint32_t lower = 0; ///< receive: length, checksum; transmit: length, command
  uint32_t upper = 0; ///< status and more

  bool done() const { return upper & 1; } ///< DD: the device is done with it
};

/// A ring as its registers say, and what is in its descriptors.
struct E1000Ring {
  uint32_t head = 0, tail = 0;
  std::vector<E1000Descriptor> descriptors;

  /// Head to tail: receive: empty buffers; transmit: not yet sent.
  uint32_t owned() const;
};

/// Registers and rings of an 8254x whose registers are at a physical address. What reading would
/// clear is not read. Behind an IOMMU the rings' addresses are not physical, and are not followed.
Result<nlohmann::ordered_json> e1000_state(Machine &machine, uint64_t registers, bool behind_iommu);

/// For people. "filled, not yet refilled": the device has received into them, and the driver has
/// not given them back, whether it has seen them or not.
nlohmann::ordered_json describe_rx(const E1000Ring &ring);

/// For people. "filled beyond the tail": the driver has written them and not told the device, or
/// they are left over from an earlier round.
nlohmann::ordered_json describe_tx(const E1000Ring &ring);

} // namespace verdict
