// SPDX-License-Identifier: GPL-2.0-only
#include "cost/floor_driver.h"

#include <thread>

#include <fmt/format.h>

#include "base/deadline.h"

namespace verdict::cost {

namespace {

/// NIC 0's, see qemu/arguments.cc.
constexpr const char *slot = "0000:00:10.0";

constexpr size_t burst = 64; // harness/floor/main.cc
constexpr milliseconds start_timeout{ 30000 };
constexpr milliseconds look_interval{ 100 };
constexpr int enough_looks = 10;

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
  const auto spawned = TRY(agent.call("spawn", { { "argv", { "floor", mode, slot } } }));
  const std::string output = spawned["output"];
  const std::string maps = fmt::format("/proc/{}/maps", spawned.value("pid", 0));
  const Deadline deadline(start_timeout);
  // A NIC that was set up keeps frames back for a second of the guest's time. QEMU takes one of
  // them meanwhile.
  for (int looks = 0; !deadline.expired(); looks++) {
    const uint64_t step = told_step(TRY(agent.read(output)));
    if (step)
      TRY(machine.wire(0).offer({ &frame, 1 }));
    std::this_thread::sleep_for(look_interval);
    if (!step || machine.wire(0).unread())
      looks = 0;
    if (looks == enough_looks)
      return UserDriver{ step, burst, TRY(agent.read(maps)) };
  }
  return fail("floor did not receive in " + deadline.text() + ": " + TRY(agent.read(output)));
}

} // namespace verdict::cost
