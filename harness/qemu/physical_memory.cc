// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/physical_memory.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "qemu/monitor.h"

namespace verdict {

Result<std::vector<uint32_t>> parse_words(std::string_view dump)
{
  std::vector<uint32_t> words;
  for (const std::string &line : split_lines(dump)) {
    const size_t colon = line.find(": ");
    if (colon == line.npos)
      return fail("not a line of memory: " + line);
    constexpr std::string_view prefix = " 0x";
    for (size_t at = line.find(prefix, colon); at != line.npos; at = line.find(prefix, at + 1)) {
      const char *digits = line.data() + at + prefix.size();
      uint32_t word = 0;
      const auto parsed = std::from_chars(digits, line.data() + line.size(), word, 16);
      if (parsed.ec != std::errc())
        return fail("not a line of memory: " + line);
      words.push_back(word);
    }
  }
  return words;
}

Result<std::vector<uint32_t>> physical_words(Machine &machine, uint64_t address, size_t count)
{
  const std::string command = fmt::format("xp /{}xw 0x{:x}", count, address);
  auto words = TRY(parse_words(TRY(monitor(machine, command))));
  if (words.size() != count)
    return fail(fmt::format("{}: QEMU reads {} words", command, words.size()));
  return words;
}

Result<uint32_t> physical_word(Machine &machine, uint64_t address)
{
  return TRY(physical_words(machine, address, 1)).front();
}

} // namespace verdict
