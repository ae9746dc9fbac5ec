// SPDX-License-Identifier: GPL-2.0-only
#include "lab/recipe.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/deadline.h"
#include "base/file.h"
#include "base/text.h"
#include "lab/code_map.h"
#include "lab/false_alarms.h"
#include "lab/kmemleak.h"
#include "lab/link.h"
#include "lab/modules.h"
#include "packet/address.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

/// Goes into the golden image's key: to be raised when set_up() below changes.
constexpr const char *set_up_version = "4";

constexpr milliseconds boot_timeout{ 120000 };

/// The modules of all NICs, each once, in the order of loading.
std::vector<std::string> modules_of(const Column &column)
{
  std::vector<std::string> modules;
  for (const Nic &nic : column.nics) {
    for (const std::string &module : nic.modules) {
      if (std::find(modules.begin(), modules.end(), module) == modules.end())
        modules.push_back(module);
    }
  }
  return modules;
}

/// Error, or the interface's name.
Result<std::string> set_up_nic(guest::Agent &agent, unsigned index)
{
  const NicAddress address = NicAddress::of(index);
  const std::string name = TRY(agent.ifname_of(address.guest_mac.text()));
  TRY(agent.run_ok({ "ip", "addr", "add", address.guest_ip.text() + "/24", "dev", name }));
  TRY(agent.run_ok({ "ip", "link", "set", name, "up" }));
  TRY(add_neighbour(agent, index, name));
  return name;
}

Result<void> set_up(Machine &machine, const Column &column)
{
  guest::Agent agent(machine.take_agent_socket());
  if (auto answered = agent.ping(boot_timeout); !answered) {
    machine.end_as_hang("the guest's agent does not answer: " + answered.error().message);
    return machine.health();
  }
  for (unsigned cpu = 1; cpu < column.machine.cpus; cpu++)
    TRY(agent.write(fmt::format("/sys/devices/system/cpu/cpu{}/online", cpu), "1"));
  for (const char *scope : { "all", "default" })
    TRY(agent.write(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", scope), "1"));
  for (const std::string &module : modules_of(column))
    TRY(load_module(agent, module));
  std::vector<std::string> names;
  for (unsigned i = 0; i < machine.nic_count(); i++) {
    auto name = set_up_nic(agent, i);
    if (!name)
      return fail(fmt::format("nic{}: ", i) + name.error().message);
    names.push_back(*name);
  }
  for (const std::string &name : names)
    TRY(until_link(agent, name));
  TRY(CodeMap::record(agent, machine.evidence()));
  // What the kernel has lost while it booted is no test's fault.
  return forget_leaks(agent);
}

} // namespace

Result<GoldenSpec> golden_spec(const Column &column, const Places &places)
{
  const KernelProfile &kernel = places.kernel_profile;
  const MachineVariant &variant = column.machine;
  GoldenSpec spec;
  spec.machine.name = column.name;
  // One image is kept for each name.
  if (!places.kernel_name.empty())
    spec.machine.name += "." + places.kernel_name;
  // The guest image with mutants is another one.
  if (std::getenv("VERDICT_MUTANT"))
    spec.machine.name += ".mutants";
  spec.machine.extra_command_line = variant.command_line;
  spec.machine.devices = variant.devices;
  spec.machine.cpus = variant.cpus;
  // The kernel changes its own code while it boots, and QEMU 7.2 may go on executing what a CPU had
  // translated meanwhile: "Oops: int3" (text_poke_bp_batch() in arch/x86/kernel/alternative.c).
  if (variant.cpus > 1)
    spec.machine.extra_command_line += " maxcpus=1";
  spec.machine.memory_mib = std::max(kernel.memory_mib, variant.memory_mib);
  spec.machine.chipset = variant.chipset.empty() ? kernel.chipset : variant.chipset;
  if (!variant.cpu.empty())
    spec.machine.cpu = variant.cpu;
  spec.machine.counted_time = variant.counted_time;
  spec.machine.kernel = places.kernel;
  spec.machine.initrd = places.initrd;
  if (!variant.image.empty()) {
    spec.machine.initrd.replace_filename(places.initrd.stem().string() + "-" + variant.image +
                                         places.initrd.extension().string());
    if (!file_exists(spec.machine.initrd))
      return fail(spec.machine.initrd.string() + " does not exist; run scripts/" + variant.image +
                  "-image");
  }
  spec.allowed_splats = false_alarms();
  for (const Nic &nic : column.nics)
    spec.machine.nics.push_back(nic.device);
  spec.set_up = [column](Machine &machine) { return set_up(machine, column); };
  spec.set_up_key = fmt::format("{} modules ", set_up_version) + join(modules_of(column), " ");
  return spec;
}

} // namespace verdict
