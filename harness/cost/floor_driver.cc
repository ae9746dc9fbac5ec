// SPDX-License-Identifier: GPL-2.0-only
#include "cost/floor_driver.h"

#include <fmt/format.h>

namespace verdict::cost {

namespace {

constexpr size_t burst = 64; // harness/floor/main.cc
constexpr milliseconds start_timeout{ 30000 };

/// Where it says that a step begins; 0 while it has not said so.
uint64_t told_step(const std::string &output)
{
  unsigned long long address = 0;
  std::sscanf(output.c_str(), "a step begins at 0x%llx", &address);
  return address;
}

} // namespace

Result<UserDriver> start_floor(Machine &machine, guest::Agent &agent, const std::string &mode,
                               const Frame &frame)
{
  TRY(agent.write("/proc/sys/vm/nr_hugepages", "2"));
  const auto spawned =
      TRY(agent.call("spawn", { { "argv", { "floor", mode, nic_pci_address(0) } } }));
  const std::string output = spawned["output"];
  const std::string maps = fmt::format("/proc/{}/maps", spawned.value("pid", 0));
  const auto step = until_it_receives(machine, frame, start_timeout,
                                      [&] { return agent.read(output).map(told_step); });
  if (!step)
    return fail("floor: " + step.error().message + ": " + TRY(agent.read(output)));
  return UserDriver{ *step, burst, TRY(agent.read(maps)) };
}

} // namespace verdict::cost
