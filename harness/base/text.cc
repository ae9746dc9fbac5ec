// SPDX-License-Identifier: GPL-2.0-only
#include "base/text.h"

namespace verdict {

std::vector<std::string> split_lines(std::string_view text)
{
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

std::string join(const std::vector<std::string> &parts, std::string_view separator)
{
  std::string text;
  for (const std::string &part : parts) {
    if (!text.empty())
      text += separator;
    text += part;
  }
  return text;
}

std::string count_of(size_t number, std::string_view noun)
{
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string shell_word(std::string_view word)
{
  std::string text = "'";
  for (const char c : word)
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

} // namespace verdict
