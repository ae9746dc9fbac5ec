// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// What a NIC's registers and rings hold, read from outside: neither the guest nor its driver is
/// asked, and nothing changes by it. Error: QEMU does not tell, or nobody has taught the harness
/// this model's registers.
Result<nlohmann::ordered_json> nic_state(Machine &machine, size_t nic);

} // namespace verdict
