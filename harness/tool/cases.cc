// SPDX-License-Identifier: GPL-2.0-only
// verdict list, explain, run: the suite's cases.
#include "tool/cases.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/environment.h"
#include "base/file.h"
#include "cases/cases.h"
#include "lab/kernel_profile.h"
#include "lab/places.h"
#include "tool/become.h"

namespace verdict {

namespace {

/// Whether the column has tests on a kernel: harness/CMakeLists.txt makes them. Debian's kernels
/// run all, those of our own what a profile's suites say.
bool has_tests_on(const KernelProfile &kernel, const Column &column)
{
  if (!kernel.ours)
    return true;
  if (kernel.name == "arm64")
    return column.suites.contains(Suite::arm64);
  return column.suites.contains(Suite::debug) || column.suites.contains(Suite::deep);
}

struct Options {
  std::string pattern = "*", nic, kernel = variable("VERDICT_KERNEL", "stable");
};

/// What the command line has chosen.
struct Chosen {
  KernelProfile kernel;
  std::vector<Case> cases;
  std::vector<Column> columns; ///< those of the kernel, or the one that is named

  /// Those on which a case runs, or is skipped.
  std::vector<Column> columns_of(const Case &one) const
  {
    std::vector<Column> some;
    const auto suite = suite_named(one.columns);
    for (const Column &column : columns) {
      if (suite && column.suites.contains(*suite))
        some.push_back(column);
    }
    return some;
  }
};

Result<Chosen> choose(const Options &options)
{
  const KernelProfile kernel = TRY(load_kernel_profile(options.kernel));
  Chosen chosen{ .kernel = kernel, .columns = TRY(load_columns(kernel.kernel)) };
  if (!options.nic.empty())
    chosen.columns = { TRY(find_column(chosen.columns, options.nic)) };
  std::erase_if(chosen.columns,
                [&](const Column &column) { return !has_tests_on(kernel, column); });
  for (Case &one : fitting(TRY(read_cases()), options.pattern)) {
    if (!chosen.columns_of(one).empty())
      chosen.cases.push_back(std::move(one));
  }
  if (chosen.cases.empty())
    return fail("on the kernel " + options.kernel + " no case fits " + options.pattern +
                (options.nic.empty() ? "" : " on ") + options.nic + "; verdict list shows all");
  return chosen;
}

Result<int> list(const Options &options)
{
  std::string about;
  for (const Case &one : TRY(choose(options)).cases) {
    if (one.about != about)
      fmt::print("{}{}\n", about.empty() ? "" : "\n", one.about);
    about = one.about;
    fmt::print("  {}\n", one.full_name());
  }
  return 0;
}

/// A case with all that is known without running it.
void explain(const Case &one, const Chosen &chosen, const std::filesystem::path &out)
{
  fmt::print("{}: {}.\n{}\n\n{}:\n\n{}\n", one.full_name(), in_words(one.name), one.about,
             one.place, one.source);
  for (const Column &column : chosen.columns_of(one)) {
    const std::string reason = skipped_for(one, column, chosen.kernel);
    fmt::print("{}: {}\n", column.name, reason.empty() ? "runs" : "is skipped: " + reason);
  }
  fmt::print("\n{}/harness/verdict run '{}' --kernel {} runs it.\n", out.string(), one.full_name(),
             chosen.kernel.name);
}

Result<int> explain(const Options &options)
{
  const std::filesystem::path out = TRY(out_directory());
  const Chosen chosen = TRY(choose(options));
  for (size_t i = 0; i < chosen.cases.size(); i++) {
    if (i)
      fmt::print("\n--------\n\n");
    explain(chosen.cases[i], chosen, out);
  }
  return 0;
}

/// The regular expression for ctest that a case's tests on one kernel fit.
std::string tests_of(const Case &one, const std::vector<Column> &columns, const std::string &kernel)
{
  std::string names;
  for (const Column &column : columns)
    names += (names.empty() ? "" : "|") + column.test_name();
  return "Nic/" + one.suite + "[.]" + one.name + "/(" + names + ")" +
         (kernel == "stable" ? "" : "[.]" + kernel);
}

Result<int> run(const Options &options)
{
  const Chosen chosen = TRY(choose(options));
  std::string tests;
  for (const Case &one : chosen.cases)
    tests += (tests.empty() ? "" : "|") + tests_of(one, chosen.columns_of(one), options.kernel);
  return become({ "env", "OUT=" + program_directory().parent_path().string(), "scripts/verdicts",
                  "--tests", "^(" + tests + ")$" });
}

std::shared_ptr<Options> add_options(CLI::App *subcommand)
{
  auto options = std::make_shared<Options>();
  subcommand->add_option("case", options->pattern,
                         "a case, or several: Drop.NothingComesThrough, 'Drop.*', '*Storm*'");
  subcommand->add_option("--nic", options->nic, "only on this column: e1000-82540em, veth, ...");
  subcommand->add_option("--kernel", options->kernel, "stable, next, debug, next-debug or arm64")
      ->capture_default_str();
  subcommand->footer("To be run in the project's top directory.");
  return options;
}

} // namespace

Subcommand add_list_command(CLI::App &app)
{
  CLI::App *subcommand = app.add_subcommand("list", "The suite's cases, and what they are about");
  return [options = add_options(subcommand)] { return list(*options); };
}

Subcommand add_explain_command(CLI::App &app)
{
  CLI::App *subcommand = app.add_subcommand(
      "explain", "What a case proves and how, on which NICs it runs, and why not on others");
  const auto options = add_options(subcommand);
  subcommand->get_option("case")->required();
  return [options] { return explain(*options); };
}

Subcommand add_run_command(CLI::App &app)
{
  CLI::App *subcommand =
      app.add_subcommand("run", "Run cases, tell how far they are, and print their matrix");
  return [options = add_options(subcommand)] { return run(*options); };
}

} // namespace verdict
