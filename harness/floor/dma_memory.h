// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"

namespace verdict::floor {

struct Unmap {
  size_t size = 0;
  void operator()(uint8_t *begin) const;
};

/// Memory that is unmapped with its owner.
using Mapping = std::unique_ptr<uint8_t, Unmap>;

/// mmap(2), for reading and writing. The error is errno's.
Result<Mapping> map(size_t size, int flags, int fd);

/// A huge page that is never moved or swapped, and where it is for a device.
struct DmaMemory {
  static constexpr size_t size = 2 << 20;

  Mapping begin;
  uint64_t bus_address;

  /// Error: no huge page is free, or /proc/self/pagemap does not tell its address, as it does for
  /// root alone.
  static Result<DmaMemory> take();
};

} // namespace verdict::floor
