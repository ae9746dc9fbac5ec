// SPDX-License-Identifier: GPL-2.0-only
// verdict cost: what a frame costs, counted in the guest's instructions.
#include "tool/cost.h"

#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/environment.h"
#include "base/file.h"
#include "cost/budget.h"
#include "cost/measure.h"
#include "cost/plan.h"
#include "cost/report.h"
#include "cost/table.h"

namespace verdict {

namespace {

using namespace cost;

/// What ctest takes for "skipped".
constexpr int skipped = 77;

/// Each kernel has its own functions.
std::string budgets_of(const std::string &kernel)
{
  return kernel == "stable" ? "harness/cost/budgets.json"
                            : "harness/cost/budgets-" + kernel + ".json";
}

struct Options {
  std::vector<std::string> systems, paths;
  std::optional<size_t> size;
  std::optional<unsigned> ring, flows;
  unsigned windows = 5;
  size_t top = 0;
  bool check = false, rewrite = false, list = false;
  std::string budgets = budgets_of(variable("VERDICT_KERNEL", "stable"));
  std::string output;
};

int skip(const std::string &why)
{
  fmt::print("skipped: {}\n", why);
  return skipped;
}

std::filesystem::path plugin_file()
{
  return program_directory() / "verdict_counters.so";
}

Point point_of(const Path &path, const Options &options)
{
  return { .size = options.size.value_or(path.base.size),
           .ring = options.ring.value_or(path.base.ring),
           .flows = options.flows.value_or(path.base.flows) };
}

/// The cases that the command line names: every one of the plan, or the systems by the paths.
Result<std::vector<Case>> chosen(const Options &options)
{
  if (options.systems.empty() && options.paths.empty()) {
    if (options.size || options.ring || options.flows)
      return fail("--size, --ring and --flows need a --path; verdict cost --list names them");
    return plan();
  }
  const auto systems =
      options.systems.empty() ? std::vector<std::string>{ "e1000" } : options.systems;
  std::vector<Case> cases;
  for (const std::string &name : systems) {
    const System *system = find_system(name);
    if (!system)
      return fail("no system is called '" + name + "'; verdict cost --list names them");
    for (const std::string &name : options.paths) {
      const Path *path = find_path(name);
      if (!path)
        return fail("no path is called '" + name + "'; verdict cost --list names them");
      if (path->stream && options.flows)
        return fail("--flows is of UDP, and " + path->name + " is one TCP connection");
      cases.push_back({ system, path, point_of(*path, options) });
    }
  }
  if (cases.empty())
    return fail("--system needs a --path");
  return cases;
}

/// Measures cases one after the other; one that fails is told and left out.
std::vector<Measurement> measure(const Places &places, const std::vector<Case> &cases,
                                 unsigned windows, bool &all_well)
{
  Bench bench(places, plugin_file());
  std::vector<Measurement> done;
  for (size_t i = 0; i < cases.size(); i++) {
    fmt::print(stderr, "verdict cost: {} of {}: {}\n", i + 1, cases.size(), cases[i].name());
    auto measured = bench.measure(cases[i], windows);
    if (measured) {
      done.push_back(std::move(*measured));
    } else {
      fmt::print(stderr, "verdict cost: {}: {}\n", cases[i].name(), measured.error().message);
      all_well = false;
    }
  }
  return done;
}

Result<int> report(const Options &options, const Places &places)
{
  const auto cases = TRY(chosen(options));
  bool all_well = true;
  const Report report{ places.release, measure(places, cases, options.windows, all_well) };
  std::fputs(table(report.measurements).c_str(), stdout);
  for (const Measurement &measurement : report.measurements) {
    if (options.top)
      fmt::print("\n{}", functions_table(measurement, options.top));
  }
  if (!options.output.empty()) {
    fmt::print("\n{}", ratios_table(report));
    TRY(write_report(report, options.output));
    fmt::print(stderr, "verdict cost: {}/report.html\n", options.output);
  }
  return all_well ? 0 : 1;
}

Result<int> rewrite(const Options &options, const Places &places)
{
  bool all_well = true;
  Budgets budgets{ .kernel = places.release };
  for (const Measurement &m : measure(places, budgeted(), options.windows, all_well))
    budgets.paths.push_back(budget_of(m));
  if (!all_well)
    return fail(options.budgets + " is left as it was");
  TRY(write_file(options.budgets, write_budgets(budgets)));
  fmt::print(stderr, "verdict cost: wrote {}; commit it with the reason\n", options.budgets);
  return 0;
}

Result<int> check(const Options &options, const Places &places)
{
  if (!file_exists(options.budgets))
    return fail(options.budgets + " does not exist; verdict cost --rewrite-budgets makes it");
  const auto budgets = read_budgets(TRY(read_file(options.budgets)));
  if (!budgets)
    return fail(options.budgets + ": " + budgets.error().message);
  if (budgets->kernel != places.release)
    return skip("the budgets in " + options.budgets + " are of kernel " + budgets->kernel +
                ", and this is " +
                (places.release.empty() ? places.kernel.string() : places.release) +
                ", which has other functions; verdict cost --rewrite-budgets makes them anew");
  if (!takes_plugin(plugin_file()))
    return skip("this QEMU does not take the plugin that counts; see Documentation/cost.md");

  bool all_well = true, broken = false;
  for (const Measurement &m : measure(places, budgeted(), options.windows, all_well)) {
    const Budget *budget = find(*budgets, m.system, m.path);
    if (!budget) {
      fmt::print("{}: {} has no budget\n", m.system, m.path);
      broken = true;
      continue;
    }
    const Comparison comparison = compare(*budget, m);
    broken = broken || comparison.broken;
    fmt::print("{}{}", comparison.broken ? "TOO DEAR: " : "", comparison.text);
    if (comparison.shrunk)
      fmt::print("  it is cheaper than its budget: verdict cost --rewrite-budgets keeps it so\n");
  }
  if (broken)
    fmt::print("{}/harness/verdict cost --rewrite-budgets accepts this: commit {} with the "
               "reason\n",
               places.out.string(), options.budgets);
  return all_well && !broken ? 0 : 1;
}

Result<int> list()
{
  fmt::print("systems:\n");
  for (const System &system : systems())
    fmt::print("  {}\n", system.name);
  fmt::print("paths:\n");
  for (const Path &path : paths())
    fmt::print("  {}\n", path.name);
  return 0;
}

Result<int> run(const Options &options)
{
  const Places places = TRY(Places::find());
  if (options.check)
    return check(options, places);
  return options.rewrite ? rewrite(options, places) : report(options, places);
}

} // namespace

Subcommand add_cost_command(CLI::App &app)
{
  auto options = std::make_shared<Options>();
  CLI::App *cost = app.add_subcommand(
      "cost", "Count the guest's instructions and register accesses for each frame");
  cost->footer("Without --system and --path it measures all that make cost does. It is on "
               "6.12; VERDICT_KERNEL=next in front: on the newest kernel. To be run in the "
               "project's top directory. Documentation/cost.md tells the rest.");
  const std::vector<CLI::Option *> choices{
    cost->add_option("--system", options->systems, "a driver: e1000 (default), stock e1000, ..."),
    cost->add_option("--path", options->paths, "a frame's way: native DROP, stack, ..."),
    cost->add_option("--size", options->size, "bytes of a frame; 60 else, 1514 of TCP")
        ->check(CLI::Range(60, 9014)),
    cost->add_option("--ring", options->ring, "descriptors of each ring; 256 else")
        ->check(CLI::Range(48, 4096)),
    cost->add_option("--flows", options->flows, "UDP flows; 1 else")->check(CLI::Range(1, 1024)),
    cost->add_option("--profile", options->top, "print so many functions of each path"),
    cost->add_option("--output", options->output, "write cost.json, report.html, *.svg there"),
  };
  cost->add_flag("--list", options->list, "name all systems and paths, and do nothing");
  cost->add_option("--windows", options->windows, "how often each path is measured")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  CLI::Option *checking =
      cost->add_flag("--check", options->check,
                     "compare with the budgets; exit status 1 if a path has grown by over 3 %, 77 "
                     "if they are another kernel's");
  CLI::Option *rewriting =
      cost->add_flag("--rewrite-budgets", options->rewrite, "make what is measured now the budgets")
          ->excludes(checking);
  // Budgets are of fixed paths.
  for (CLI::Option *choice : choices)
    choice->excludes(checking)->excludes(rewriting);
  cost->add_option("--budgets", options->budgets, "the file of budgets")->capture_default_str();
  return [options] { return options->list ? list() : run(*options); };
}

} // namespace verdict
