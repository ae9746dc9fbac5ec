// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "base/result.h"

namespace verdict {

/// A plain object as it lies in memory: for the keys and values of BPF maps, for netlink.
template <typename T>
std::span<const uint8_t> bytes_of(const T &object)
{
  static_assert(std::is_trivially_copyable_v<T>);
  return { reinterpret_cast<const uint8_t *>(&object), sizeof(object) };
}

/// The other way round. Error: so many bytes are no such object.
template <typename T>
Result<T> object_of(std::span<const uint8_t> bytes)
{
  static_assert(std::is_trivially_copyable_v<T>);
  if (bytes.size() != sizeof(T))
    return fail(std::to_string(bytes.size()) + " bytes instead of " + std::to_string(sizeof(T)));
  T object;
  std::memcpy(&object, bytes.data(), sizeof(object));
  return object;
}

} // namespace verdict
