// SPDX-License-Identifier: GPL-2.0-only
#include "lab/set_up.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "lab/code_map.h"
#include "lab/kmemleak.h"
#include "lab/link.h"
#include "lab/modules.h"
#include "packet/address.h"

namespace verdict {

namespace {

/// Stands for the name of a NIC's interface, which is known when its driver is loaded.
const std::string interface = "INTERFACE";

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

SetUpStep write(const std::string &path, const std::string &data)
{
  return { "write " + data + " to " + path,
           [=](guest::Agent &agent, Machine &) { return agent.write(path, data); } };
}

SetUpStep load(const std::string &module)
{
  return { "load " + module,
           [=](guest::Agent &agent, Machine &) { return load_module(agent, module); } };
}

/// Something that is done to an interface when its name is known.
SetUpStep on_nic(unsigned nic, const std::string &what,
                 const std::function<Result<void>(guest::Agent &, const std::string &)> &run)
{
  return { fmt::format("nic{}: {}", nic, what),
           [=](guest::Agent &agent, Machine &) -> Result<void> {
             const auto name = agent.ifname_of(NicAddress::of(nic).guest_mac.text());
             const auto done = name ? run(agent, *name) : tl::unexpected(name.error());
             if (!done)
               return fail(fmt::format("nic{}: {}", nic, done.error().message));
             return {};
           } };
}

SetUpStep command(unsigned nic, const std::vector<std::string> &arguments)
{
  return on_nic(nic, join(arguments, " "),
                [=](guest::Agent &agent, const std::string &name) -> Result<void> {
                  std::vector<std::string> named = arguments;
                  std::replace(named.begin(), named.end(), interface, name);
                  TRY(agent.run_ok(named));
                  return {};
                });
}

} // namespace

std::vector<SetUpStep> set_up_steps(const Column &column)
{
  std::vector<SetUpStep> steps;
  for (unsigned cpu = 1; cpu < column.machine.cpus; cpu++)
    steps.push_back(write(fmt::format("/sys/devices/system/cpu/cpu{}/online", cpu), "1"));
  for (const char *scope : { "all", "default" })
    steps.push_back(write(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", scope), "1"));
  for (const std::string &module : modules_of(column))
    steps.push_back(load(module));
  for (unsigned nic = 0; nic < column.nics.size(); nic++) {
    const std::string address = NicAddress::of(nic).guest_ip.text() + "/24";
    steps.push_back(command(nic, { "ip", "addr", "add", address, "dev", interface }));
    steps.push_back(command(nic, { "ip", "link", "set", interface, "up" }));
    steps.push_back(command(nic, neighbour_command(nic, interface)));
  }
  for (unsigned nic = 0; nic < column.nics.size(); nic++)
    steps.push_back(on_nic(nic, "wait for its link", until_link));
  steps.push_back({ "record where code is", [](guest::Agent &agent, Machine &machine) {
                     return CodeMap::record(agent, machine.evidence());
                   } });
  // What the kernel has lost while it booted is no test's fault.
  steps.push_back(
      { "forget leaks", [](guest::Agent &agent, Machine &) { return forget_leaks(agent); } });
  return steps;
}

} // namespace verdict
