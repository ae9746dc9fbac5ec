// SPDX-License-Identifier: GPL-2.0-only
#include "cost/testpmd.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace verdict::cost {

namespace {

const std::string slot = nic_pci_address(0);
const std::string pci_device = "/sys/bus/pci/devices/" + slot + "/";
const std::string driver_library = "/dpdk_net_e1000.so";

/// Frames that it asks for at a time.
constexpr size_t burst = 32;

constexpr milliseconds start_timeout{ 120000 };

Result<void> take_nic(guest::Agent &agent)
{
  for (const char *module : { "dpdk/uio.ko", "dpdk/uio_pci_generic.ko" })
    TRY(agent.insmod(module));
  const std::pair<std::string, std::string> writes[] = {
    { "/proc/sys/vm/nr_hugepages", "64" },
    { pci_device + "driver/unbind", slot },
    { pci_device + "driver_override", "uio_pci_generic" },
    { "/sys/bus/pci/drivers_probe", slot },
  };
  for (const auto &[path, value] : writes)
    TRY(agent.write(path, value));
  return {};
}

/// The mapping of the driver's code: [begin, end).
std::pair<uint64_t, uint64_t> driver_code(const std::string &maps)
{
  for (const std::string &line : split_lines(maps)) {
    unsigned long long begin = 0, end = 0;
    if (line.find(driver_library) != line.npos && line.find(" r-xp ") != line.npos &&
        std::sscanf(line.c_str(), "%llx-%llx", &begin, &end) == 2)
      return { begin, end };
  }
  return {};
}

/// While no frames come, the driver's function that looks for them is called again and again, and
/// it begins at the first of the addresses that run about as often as any. Functions begin at
/// multiples of 16.
uint64_t first_of_busiest(const Counts &counts, std::pair<uint64_t, uint64_t> code)
{
  constexpr double least = 100, about = 0.8; // the counts are read while they grow
  const auto is_code = [&](uint64_t address) {
    return address >= code.first && address < code.second;
  };
  double most = 0;
  for (const auto &[address, count] : counts.instructions)
    most = is_code(address) ? std::max(most, count) : most;
  uint64_t first = 0;
  for (const auto &[address, count] : counts.instructions) {
    if (is_code(address) && address % 16 == 0 && count > least && count > about * most &&
        (!first || address < first))
      first = address;
  }
  return first;
}

} // namespace

Result<UserDriver> start_testpmd(Machine &machine, Counters &counters, guest::Agent &agent,
                                 const std::string &mode, unsigned ring, const Frame &frame)
{
  TRY(take_nic(agent));
  // The main thread sleeps; the one that forwards has the CPU to itself.
  auto spawned = TRY(agent.call(
      "spawn", { { "argv",
                   { "/dpdk/testpmd", "--lcores", "0@0,1@0", "--in-memory", "-a", slot, "-d",
                     "dpdk_net_e1000.so", "-d", "dpdk_mempool_ring.so", "--", "--auto-start",
                     "--forward-mode=" + mode, "--stats-period=100000", "--total-num-mbufs=8192",
                     "--disable-link-check", "--rxd=" + std::to_string(ring),
                     "--txd=" + std::to_string(ring), "--burst=" + std::to_string(burst) } } }));
  const std::string output = spawned["output"];
  const std::string maps = fmt::format("/proc/{}/maps", spawned.value("pid", 0));

  auto before = TRY(counters.read());
  std::string mapped;
  // While it sets the NIC up, something else is busy now and then.
  const auto poll = until_it_receives(machine, frame, start_timeout, [&]() -> Result<uint64_t> {
    auto after = TRY(counters.read());
    mapped = TRY(agent.read(maps));
    if (mapped.empty())
      return fail("it has ended");
    const Counts now = after;
    after.add(before, -1);
    before = now;
    return first_of_busiest(after, driver_code(mapped));
  });
  if (!poll)
    return fail("testpmd: " + poll.error().message + ": " +
                agent.read(output).value_or("it says nothing"));
  return UserDriver{ *poll, burst, mapped };
}

} // namespace verdict::cost
