// SPDX-License-Identifier: GPL-2.0-only
#include "packet/diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "packet/dissect.h"

namespace verdict {

namespace {

constexpr size_t row_size = 16;

/// One line of a hexdump; bytes beyond the frame's end are blank.
std::string row(char mark, size_t offset, const Frame &frame)
{
  std::string hex, ascii;
  for (size_t i = offset; i < offset + row_size; i++) {
    if (i % row_size == row_size / 2)
      hex += ' ';
    if (i < frame.size()) {
      hex += fmt::format(" {:02x}", frame[i]);
      ascii += frame[i] >= 0x20 && frame[i] < 0x7f ? static_cast<char>(frame[i]) : '.';
    } else {
      hex += "   ";
    }
  }
  return fmt::format("{} {:04x} {}  {}\n", mark, offset, hex, ascii);
}

bool byte_differs(const Frame &a, const Frame &b, size_t i)
{
  if (i >= a.size() && i >= b.size())
    return false;
  return i >= a.size() || i >= b.size() || a[i] != b[i];
}

std::string marks(const Frame &a, const Frame &b, size_t offset)
{
  std::string text(7, ' ');
  for (size_t i = offset; i < offset + row_size; i++) {
    if (i % row_size == row_size / 2)
      text += ' ';
    text += byte_differs(a, b, i) ? " ^^" : "   ";
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string differing_rows(const Frame &expected, const Frame &actual)
{
  const size_t size = std::max(expected.size(), actual.size());
  auto row_differs = [&](size_t offset) {
    for (size_t i = offset; i < offset + row_size; i++) {
      if (byte_differs(expected, actual, i))
        return true;
    }
    return false;
  };

  std::string text;
  for (size_t offset = 0; offset < size;) {
    if (row_differs(offset)) {
      if (offset < expected.size())
        text += row('-', offset, expected);
      if (offset < actual.size())
        text += row('+', offset, actual);
      text += marks(expected, actual, offset);
      offset += row_size;
      continue;
    }
    size_t end = offset;
    while (end < size && !row_differs(end))
      end += row_size;
    const size_t rows = (end - offset) / row_size;
    if (rows > 2) {
      text += fmt::format("  ...   {} equal lines\n", rows);
    } else {
      for (; offset < end; offset += row_size)
        text += row(' ', offset, expected);
    }
    offset = end;
  }
  return text;
}

} // namespace

std::string hexdump(const Frame &frame)
{
  std::string text;
  for (size_t offset = 0; offset < frame.size(); offset += row_size)
    text += row(' ', offset, frame);
  return text;
}

std::string frame_difference(const Frame &expected, const Frame &actual)
{
  if (expected == actual)
    return {};

  const size_t size = std::max(expected.size(), actual.size());
  size_t first = 0, count = 0;
  for (size_t i = size; i-- > 0;) {
    if (byte_differs(expected, actual, i)) {
      first = i;
      count++;
    }
  }
  // The longer of the two can name a field that the other does not have.
  const Frame &named = first < expected.size() ? expected : actual;

  std::string text;
  if (expected.size() != actual.size())
    text += fmt::format("length: expected {}, actual {}\n", expected.size(), actual.size());
  text += "expected: " + summary(expected) + "\n";
  text += "actual:   " + summary(actual) + "\n";
  text += fmt::format("{}, the first at 0x{:04x} ({})\n",
                      count_of(count, "byte") + (count == 1 ? " differs" : " differ"), first,
                      dissect(named).field_at(first));
  return text + differing_rows(expected, actual);
}

} // namespace verdict
