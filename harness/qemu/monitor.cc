// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/monitor.h"

#include <charconv>

#include <re2/re2.h>

#include "base/text.h"

namespace verdict {

namespace {

constexpr milliseconds monitor_timeout{ 1000 };

} // namespace

Result<std::string> monitor(Machine &machine, const std::string &command)
{
  const auto answer = TRY(machine.qmp().command("human-monitor-command",
                                                { { "command-line", command } }, monitor_timeout));
  if (!answer.is_string())
    return fail("QEMU's monitor does not answer with text: " + answer.dump());
  return answer.get<std::string>();
}

Result<std::vector<CpuPosition>> cpu_positions(Machine &machine)
{
  return parse_registers(TRY(monitor(machine, "info registers -a")));
}

Result<std::vector<CpuPosition>> parse_registers(std::string_view registers)
{
  // As x86 and as arm64 call it.
  static const RE2 instruction("(?:RIP| PC)=(\\S*)");
  constexpr std::string_view halted = "HLT=1";
  std::vector<CpuPosition> cpus;
  for (const std::string &line : split_lines(registers)) {
    std::string digits;
    if (!RE2::PartialMatch(line, instruction, &digits))
      continue;
    CpuPosition cpu{ .halted = line.find(halted) != line.npos };
    const char *end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, cpu.address, 16).ec != std::errc())
      return fail("not a CPU's registers: " + line);
    cpus.push_back(cpu);
  }
  if (cpus.empty())
    return fail("QEMU's monitor tells no CPU's registers: " + std::string(registers));
  return cpus;
}

} // namespace verdict
