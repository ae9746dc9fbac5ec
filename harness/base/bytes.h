// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

namespace verdict {

/// A plain object as it lies in memory: for the keys and values of BPF maps, for netlink.
template <typename T>
std::span<const uint8_t> bytes_of(const T &object)
{
  static_assert(std::is_trivially_copyable_v<T>);
  return { reinterpret_cast<const uint8_t *>(&object), sizeof(object) };
}

} // namespace verdict
