// SPDX-License-Identifier: GPL-2.0-only
// verdict: the harness's command.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/deadline.h"
#include "tool/cases.h"
#include "tool/cost.h"
#include "tool/doctor.h"
#include "tool/mutants.h"
#include "tool/shell.h"
#include "tool/upstream.h"

int main(int argc, char **argv)
{
  CLI::App app{ "verdict: proves what a network driver does with XDP programs" };
  app.require_subcommand(1);
  const std::pair<const char *, verdict::Subcommand> commands[] = {
    { "shell", verdict::add_shell_command(app) },
    { "doctor", verdict::add_doctor_command(app) },
    { "list", verdict::add_list_command(app) },
    { "explain", verdict::add_explain_command(app) },
    { "run", verdict::add_run_command(app) },
    { "cost", verdict::add_cost_command(app) },
    { "mutants", verdict::add_mutants_command(app) },
    { "upstream", verdict::add_upstream_command(app) },
  };

  CLI11_PARSE(app, argc, argv);
  if (const auto patience = verdict::chosen_patience(); !patience) {
    fmt::print(stderr, "verdict: {}\n", patience.error().message);
    return 2;
  }
  for (const auto &[name, run] : commands) {
    if (!app.got_subcommand(name))
      continue;
    const auto status = run();
    if (!status)
      fmt::print(stderr, "verdict {}: {}\n", name, status.error().message);
    return status.value_or(1);
  }
}
