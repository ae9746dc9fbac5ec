// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace verdict::guest {

/// Two lower-case hexadecimal digits a byte: how the protocol carries binary data.
inline std::string to_hex(std::span<const uint8_t> bytes)
{
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;

  text.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

/// The inverse of to_hex(); upper-case digits are accepted too.
inline Result<std::vector<uint8_t>> from_hex(std::string_view text)
{
  auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9')
      return c - '0';
    if (c >= 'a' && c <= 'f')
      return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
      return c - 'A' + 10;
    return -1;
  };
  std::vector<uint8_t> bytes;

  if (text.size() % 2)
    return fail("hex text has an odd number of digits");
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      return fail("not a hex digit in \"" + std::string(text.substr(i, 2)) + "\"");
    bytes.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return bytes;
}

} // namespace verdict::guest
