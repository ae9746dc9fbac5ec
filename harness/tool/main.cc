// SPDX-License-Identifier: GPL-2.0-only
// verdict: the harness's command.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "base/file.h"
#include "lab/expected_skip.h"
#include "report/matrix.h"
#include "tool/cost.h"
#include "tool/mutants.h"

namespace {

/// A test that was skipped for what no profile says has failed.
void fail_unexpected_skips(std::vector<verdict::TestResult> &results,
                           const verdict::SkipReasons &reasons)
{
  using Outcome = verdict::TestResult::Outcome;
  for (verdict::TestResult &result : results) {
    if (result.outcome != Outcome::skip || reasons.expect(result.name, result.reason))
      continue;
    result.outcome = Outcome::fail;
    result.reason = "it was skipped for a reason that no profile gives: " + result.reason;
  }
}

int print_matrix(const std::string &path)
{
  auto xml = verdict::read_file(path);
  if (!xml) {
    std::fprintf(stderr, "verdict: %s\n", xml.error().message.c_str());
    return 1;
  }
  auto results = verdict::parse_junit(*xml);
  if (!results) {
    std::fprintf(stderr, "verdict: %s: %s\n", path.c_str(), results.error().message.c_str());
    return 1;
  }
  const auto reasons = verdict::SkipReasons::load();
  if (!reasons) {
    std::fprintf(stderr, "verdict: %s\n", reasons.error().message.c_str());
    return 1;
  }
  fail_unexpected_skips(*results, *reasons);
  std::fputs(verdict::matrix(*results).c_str(), stdout);
  if (results->empty())
    std::fprintf(stderr, "verdict: %s: no test in it\n", path.c_str());
  return verdict::all_well(*results) ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
  CLI::App app{ "verdict: proves what a network driver does with XDP programs" };
  app.require_subcommand(1);

  std::string path;
  CLI::App *matrix = app.add_subcommand(
      "matrix", "Print test results as cases x NICs; exit status 1 unless all is well");
  matrix->add_option("FILE", path, "what ctest --output-junit wrote")->required();
  const auto cost = verdict::add_cost_command(app);
  const auto mutants = verdict::add_mutants_command(app);

  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand(matrix))
    return print_matrix(path);
  return app.got_subcommand("cost") ? cost() : mutants();
}
