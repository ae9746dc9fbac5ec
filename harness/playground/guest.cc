// SPDX-License-Identifier: GPL-2.0-only
#include "playground/guest.h"

#include <fmt/format.h>

#include "lab/recipe.h"

namespace verdict::playground {

namespace {

const std::string terminal = "/dev/hvc0";

} // namespace

Column for_people(Column column)
{
  column.name += "-shell";
  column.machine.image = "shell";
  // What the tools need of the kernel, which has nobody to load it.
  for (const char *module : { "8021q", "act_bpf", "cls_bpf", "nf_tables", "sch_ingress", "veth" })
    column.nics.front().modules.push_back(module);
  return column;
}

Result<GoldenSpec> golden_spec_for_people(const Column &column, const Places &places)
{
  GoldenSpec spec = TRY(golden_spec(column, places));
  spec.machine.console = true;
  return spec;
}

Result<void> start_shell(guest::Agent &agent, const std::string &terminal_type, TerminalSize size)
{
  const std::string script = fmt::format("cd {} && {{ stty rows {} cols {}; setsid -c sh -l; }} "
                                         "<{} >{} 2>&1; echo o > /proc/sysrq-trigger",
                                         guest_home, size.rows, size.columns, terminal, terminal);
  TRY(agent.call("spawn", { { "argv",
                              { "env", "TERM=" + terminal_type, std::string("HOME=") + guest_home,
                                "sh", "-c", script } } }));
  return {};
}

Result<void> set_size(guest::Agent &agent, TerminalSize size)
{
  TRY(agent.run_ok({ "stty", "-F", terminal, "rows", std::to_string(size.rows), "cols",
                     std::to_string(size.columns) }));
  return {};
}

} // namespace verdict::playground
