// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/register_trace.h"

#include <charconv>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace verdict {

using nlohmann::json;

namespace {

Result<void> set_event(Machine &machine, bool enable)
{
  TRY(machine.qmp().command("trace-event-set-state",
                            { { "name", "memory_region_ops_write" }, { "enable", enable } }));
  return {};
}

} // namespace

Result<NicRegisters> nic_registers(Machine &machine, size_t nic)
{
  auto buses = TRY(machine.qmp().command("query-pci"));
  const std::string id = fmt::format("nic{}", nic);
  for (const json &bus : buses) {
    for (const json &device : bus["devices"]) {
      if (device.value("qdev_id", "") != id)
        continue;
      for (const json &region : device["regions"]) {
        if (region.value("type", "") == "memory" && region.value("bar", -1) == 0)
          return NicRegisters{ region["address"].get<uint64_t>(), region["size"].get<uint64_t>() };
      }
    }
  }
  return fail(id + " has no registers in memory at BAR 0");
}

Result<RegisterTrace> RegisterTrace::start(Machine &machine, size_t nic)
{
  auto registers = TRY(nic_registers(machine, nic));
  // Only what the log gains from now on is ours.
  std::error_code missing;
  const auto offset = std::filesystem::file_size(machine.trace_log(), missing);
  TRY(set_event(machine, true));
  return RegisterTrace(machine, registers.address, registers.size, missing ? 0 : offset);
}

Result<RegisterTrace::Counts> RegisterTrace::stop()
{
  TRY(set_event(*machine_, false));
  return so_far();
}

Result<RegisterTrace::Counts> RegisterTrace::so_far() const
{
  auto log = TRY(read_file(machine_->trace_log()));
  return count_register_writes(std::string_view(log).substr(std::min(log_offset_, log.size())),
                               base_, size_);
}

RegisterTrace::Counts count_register_writes(std::string_view log, uint64_t base, uint64_t size)
{
  RegisterTrace::Counts counts;
  for (const std::string &line : split_lines(log)) {
    constexpr std::string_view event = "memory_region_ops_write ", field = " addr 0x";
    if (line.find(event) == line.npos)
      continue;
    const size_t at = line.find(field);
    if (at == line.npos)
      continue;
    uint64_t address = 0;
    std::from_chars(line.data() + at + field.size(), line.data() + line.size(), address, 16);
    if (address >= base && address - base < size)
      counts[address - base]++;
  }
  return counts;
}

} // namespace verdict
