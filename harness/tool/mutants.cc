// SPDX-License-Identifier: GPL-2.0-only
// verdict mutants: which tests notice faults that were put into the driver.
#include "tool/mutants.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "lab/places.h"
#include "mutants/bench.h"
#include "mutants/report.h"
#include "mutants/session.h"
#include "mutants/watch.h"

namespace verdict {

namespace {

using namespace mutants;
namespace fs = std::filesystem;

struct Options {
  bool matrix = false, report = false, check = false, remember = false;
  std::vector<int> again;
  size_t pick = 0;
  unsigned jobs = std::thread::hardware_concurrency();
  std::string reasons = "harness/mutants/survivors.json";
  std::string watches = "harness/mutants/watch.json";
  std::string killers = "harness/mutants/killers.json";
};

/// A file of the project, read by `parse`. Error: names the file.
template <typename Parse>
auto read_with(const std::string &path, const Parse &parse) -> decltype(parse(path))
{
  const std::string text = TRY(read_file(path));
  auto value = parse(text);
  if (!value)
    return fail(path + ": " + value.error().message);
  return value;
}

Result<std::vector<const Mutant *>> wanted(const Catalogue &catalogue, const std::vector<int> &ids)
{
  std::vector<const Mutant *> mutants;
  for (const int id : ids) {
    const Mutant *mutant = catalogue.find(id);
    if (!mutant)
      return fail(fmt::format("there is no mutant {}; out/mutants/mutants.json has all", id));
    mutants.push_back(mutant);
  }
  if (ids.empty()) {
    for (const Mutant &mutant : catalogue.mutants)
      mutants.push_back(&mutant);
  }
  return mutants;
}

/// Runs what the options ask for, and reports all that is known then.
Result<Report> run(const Options &options, const fs::path &out, const Bench &bench)
{
  const Reasons reasons = TRY(read_with(options.reasons, read_reasons));
  Journal journal(out / "mutants" / "results.jsonl");
  const Wish wish{ .mutants = TRY(wanted(bench.catalogue(), options.again)),
                   .every = options.matrix,
                   .jobs = options.jobs };
  if (!options.again.empty()) {
    std::set<std::string> keys;
    for (const Mutant *mutant : wish.mutants)
      keys.insert(mutant->key);
    TRY(journal.forget(keys));
  }
  Session session(bench, journal);
  TRY(session.recall(TRY(read_with(options.killers, read_watches))));
  if (!options.report && !options.pick && !options.remember)
    TRY(session.run(wish));
  return make_report(bench.catalogue(), session.ledger(), reasons);
}

Result<int> report(const Options &options, const fs::path &out, const Bench &bench)
{
  if (!bench.has("debug"))
    fmt::print(stderr, "verdict mutants: there is no debug kernel with mutants, so survivors are "
                       "not tried there; make kernel and scripts/mutants make it\n");
  const auto report = TRY(run(options, out, bench));
  std::fputs(to_table(report).c_str(), stdout);
  const auto directory = out / "mutants";
  TRY(write_report(report, directory));
  fmt::print(stderr, "verdict mutants: {}/report.{{json,txt}}\n", directory.string());
  return all_well(report) ? 0 : 1;
}

Result<int> pick(const Options &options, const fs::path &out, const Bench &bench)
{
  const auto picked = mutants::pick(TRY(run(options, out, bench)), options.pick);
  if (picked.size() < options.pick)
    return fail(fmt::format("only {} mutants are known to be killed; run verdict mutants first",
                            picked.size()));
  TRY(write_file(options.watches, write_watches(picked)));
  fmt::print(stderr, "verdict mutants: wrote {}; commit it\n", options.watches);
  return 0;
}

Result<int> remember(const Options &options, const fs::path &out, const Bench &bench)
{
  const auto before = TRY(read_with(options.killers, read_watches));
  const auto all = killers(TRY(run(options, out, bench)), before);
  TRY(write_file(options.killers, write_watches(all)));
  fmt::print(stderr, "verdict mutants: wrote {}, {} mutants; commit it\n", options.killers,
             all.size());
  return 0;
}

Result<int> check(const Options &options, const Bench &bench)
{
  const auto watches = TRY(read_with(options.watches, read_watches));
  if (watches.empty())
    return fail(options.watches + " is empty; verdict mutants --pick 30 fills it");
  const auto wrong = mutants::check(bench.catalogue(), watches, options.jobs,
                                    [&](const Group &mutants, const std::string &test) {
                                      return bench.run("fast", mutants, test, watch_limit);
                                    });
  for (const std::string &what : wrong)
    fmt::print("{}\n", what);
  fmt::print("{} mutants were tried, {}\n", watches.size(),
             wrong.empty() ? "and all killed" : "with these complaints");
  return wrong.empty() ? 0 : 1;
}

Result<int> run_command(const Options &options)
{
  const fs::path out = TRY(out_directory());
  const Bench bench = TRY(Bench::open(out));
  if (options.check)
    return check(options, bench);
  if (options.pick)
    return pick(options, out, bench);
  return options.remember ? remember(options, out, bench) : report(options, out, bench);
}

} // namespace

Subcommand add_mutants_command(CLI::App &app)
{
  auto options = std::make_shared<Options>();
  CLI::App *mutants = app.add_subcommand(
      "mutants", "Run the suite on faults that scripts/mutants has put into the driver");
  mutants->footer("It runs what has not been run yet, and reports all: out/mutants/report.txt. It "
                  "may be interrupted. Exit status 1 unless each mutant is killed or has a reason. "
                  "To be run in the project's top directory. Documentation/mutants.md tells the "
                  "rest.");
  CLI::Option *matrix = mutants->add_flag(
      "--matrix", options->matrix,
      "run all tests of the 82540EM on each mutant, not only until one kills it: hours");
  CLI::Option *again = mutants->add_option(
      "--again", options->again, "forget what is known of these mutants, and run only them");
  CLI::Option *reporting =
      mutants->add_flag("--report", options->report, "run nothing, report what is known");
  CLI::Option *picking =
      mutants
          ->add_option("--pick", options->pick,
                       "choose so many killed mutants for --check, of all files and kinds")
          ->check(CLI::PositiveNumber);
  CLI::Option *checking =
      mutants->add_flag("--check", options->check, "run only the chosen mutants' tests on them");
  CLI::Option *remembering = mutants->add_flag(
      "--remember", options->remember, "run nothing, write down which test killed each mutant");
  reporting->excludes(picking)->excludes(checking)->excludes(remembering);
  picking->excludes(checking)->excludes(remembering);
  checking->excludes(remembering)->excludes(matrix);
  // These run nothing of what they would have forgotten.
  for (CLI::Option *option : { reporting, picking, checking, remembering })
    option->excludes(again);
  mutants->add_option("--jobs", options->jobs, "tests at a time; one a core else")
      ->check(CLI::Range(1, 64));
  mutants->add_option("--reasons", options->reasons, "why survivors cannot be noticed")
      ->capture_default_str();
  mutants->add_option("--watches", options->watches, "what --check runs")->capture_default_str();
  mutants->add_option("--killers", options->killers, "what is tried first, of --remember")
      ->capture_default_str();
  return [options] { return run_command(*options); };
}

} // namespace verdict
