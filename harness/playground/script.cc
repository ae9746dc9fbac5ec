// SPDX-License-Identifier: GPL-2.0-only
#include "playground/script.h"

#include <fmt/format.h>

#include "base/text.h"

namespace verdict::playground {

Result<void> run_script(const std::string &name, std::string_view text, const RunLine &run,
                        const std::function<void(const std::string &line)> &echo)
{
  size_t number = 0;
  for (const std::string &line : split_lines(text)) {
    number++;
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos || line[begin] == '#')
      continue;
    echo(line);
    const auto done = run(line);
    if (!done)
      return fail(fmt::format("{}:{}: {}", name, number, done.error().message));
    if (!*done)
      return {};
  }
  return {};
}

} // namespace verdict::playground
