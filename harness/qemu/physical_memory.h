// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// `count` words of 32 bits from a physical address on: memory, or registers that bear reading. It
/// needs no guest that runs, and can be done at any time beside a Qtest.
Result<std::vector<uint32_t>> physical_words(Machine &machine, uint64_t address, size_t count);

/// One of them.
Result<uint32_t> physical_word(Machine &machine, uint64_t address);

/// What QEMU's monitor prints for "xp /Nxw": lines of "address: 0x01234567 0x...".
Result<std::vector<uint32_t>> parse_words(std::string_view dump);

} // namespace verdict
