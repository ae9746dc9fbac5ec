// SPDX-License-Identifier: GPL-2.0-only
// verdict cost: what a frame costs, counted in the guest's instructions.
#include "tool/cost.h"

#include <cstdio>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "cost/measure.h"
#include "cost/table.h"

namespace verdict {

namespace {

using namespace cost;

struct Options {
  std::vector<std::string> systems, paths;
  Point point;
  unsigned windows = 3;
  size_t top = 0;
};

int complain(const std::string &what)
{
  std::fprintf(stderr, "verdict cost: %s\n", what.c_str());
  return 1;
}

Result<std::vector<Case>> chosen(const Options &options)
{
  std::vector<Case> cases;
  for (const std::string &system : options.systems) {
    for (const std::string &path : options.paths) {
      const Case chosen{ find_system(system), find_path(path), options.point };
      if (!chosen.system)
        return fail("no system is called '" + system + "'");
      if (!chosen.path)
        return fail("no path is called '" + path + "'");
      cases.push_back(chosen);
    }
  }
  return cases;
}

int run(const Options &options)
{
  auto places = Places::find();
  if (!places)
    return complain(places.error().message);
  auto cases = chosen(options);
  if (!cases)
    return complain(cases.error().message);
  Bench bench(*places, program_directory() / "verdict_counters.so");
  int status = 0;
  std::vector<Measurement> done;
  for (const Case &which : *cases) {
    std::fprintf(stderr, "verdict cost: %s\n", which.name().c_str());
    auto measured = bench.measure(which, options.windows);
    if (!measured) {
      status = complain(which.name() + ": " + measured.error().message);
      continue;
    }
    done.push_back(*measured);
  }
  std::fputs(table(done).c_str(), stdout);
  for (const Measurement &measurement : done) {
    if (options.top)
      std::fputs(("\n" + functions_table(measurement, options.top)).c_str(), stdout);
  }
  return status;
}

} // namespace

std::function<int()> add_cost_command(CLI::App &app)
{
  auto options = std::make_shared<Options>();
  CLI::App *cost = app.add_subcommand(
      "cost", "Count the guest's instructions and register accesses for each frame");
  cost->add_option("--system", options->systems, "a driver: e1000, stock e1000, ...");
  cost->add_option("--path", options->paths, "a frame's way: native DROP, ...");
  cost->add_option("--size", options->point.size, "of a frame in bytes");
  cost->add_option("--ring", options->point.ring, "descriptors of each ring");
  cost->add_option("--flows", options->point.flows, "UDP flows");
  cost->add_option("--windows", options->windows, "how often each path is measured");
  cost->add_option("--profile", options->top, "so many functions of each path");
  return [options] { return run(*options); };
}

} // namespace verdict
