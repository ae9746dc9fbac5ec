// SPDX-License-Identifier: GPL-2.0-only
#include "cost/table.h"

#include <algorithm>

#include <fmt/format.h>

namespace verdict::cost {

std::string table(const std::vector<Measurement> &measurements)
{
  std::string text = fmt::format(
      "{:13} {:30} {:>5} {:>5} {:>5} {:>9} {:>7} {:>7} {:>5} {:>6} {:>6}", "system", "path",
      "bytes", "ring", "flows", "instr.", "writes", "reads", "out", "/poll", "spread");
  for (const Range range : ranges)
    text += fmt::format(" {:>9}", to_string(range));
  text += "\n";
  for (const Measurement &m : measurements) {
    text +=
        fmt::format("{:13} {:30} {:5} {:5} {:5} {:9.1f} {:7.3f} {:7.3f} {:5.2f} {:6.1f} {:5.2f}%",
                    m.system, m.path, m.point.size, m.point.ring, m.point.flows, m.instructions,
                    m.writes, m.reads, m.out, m.per_poll, 100 * m.spread);
    for (const Range range : ranges)
      text += fmt::format(" {:9.1f}", total(m.functions, range));
    text += "\n";
  }
  return text;
}

std::string functions_table(const Measurement &measurement, size_t most)
{
  std::string text = fmt::format("{}: {}\n", measurement.system, measurement.path);
  for (size_t i = 0; i < std::min(most, measurement.functions.size()); i++) {
    const FunctionCost &function = measurement.functions[i];
    text += fmt::format("{:9.1f} {:5.1f}%  {}\n", function.instructions,
                        100 * function.instructions / measurement.instructions, function.name);
  }
  return text;
}

} // namespace verdict::cost
