// SPDX-License-Identifier: GPL-2.0-only
#include "cost/table.h"

#include <algorithm>

#include "base/text.h"

namespace verdict::cost {

std::string table(const std::vector<Measurement> &measurements)
{
  std::string text =
      format("%-13s %-30s %5s %5s %5s %9s %7s %7s %5s %6s %6s", "system", "path", "bytes", "ring",
             "flows", "instr.", "writes", "reads", "out", "/poll", "spread");
  for (const Range range : ranges)
    text += format(" %9s", to_string(range));
  text += "\n";
  for (const Measurement &m : measurements) {
    text += format("%-13s %-30s %5zu %5u %5u %9.1f %7.3f %7.3f %5.2f %6.1f %5.2f%%",
                   m.system.c_str(), m.path.c_str(), m.point.size, m.point.ring, m.point.flows,
                   m.instructions, m.writes, m.reads, m.out, m.per_poll, 100 * m.spread);
    for (const Range range : ranges)
      text += format(" %9.1f", total(m.functions, range));
    text += "\n";
  }
  return text;
}

std::string functions_table(const Measurement &measurement, size_t most)
{
  std::string text = format("%s: %s\n", measurement.system.c_str(), measurement.path.c_str());
  for (size_t i = 0; i < std::min(most, measurement.functions.size()); i++) {
    const FunctionCost &function = measurement.functions[i];
    text += format("%9.1f %5.1f%%  %s\n", function.instructions,
                   100 * function.instructions / measurement.instructions, function.name.c_str());
  }
  return text;
}

} // namespace verdict::cost
