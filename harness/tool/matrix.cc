// SPDX-License-Identifier: GPL-2.0-only
// verdict_matrix: prints test results. A command of its own, so that a first run of the suite does
// not wait for what measures and mutates.
#include <cstdio>

#include <fmt/format.h>

#include "base/file.h"
#include "lab/expected_skip.h"
#include "lab/places.h"
#include "report/matrix.h"

namespace verdict {

namespace {

/// A test that was skipped for what no profile says has failed.
void fail_unexpected_skips(std::vector<TestResult> &results, const SkipReasons &reasons)
{
  using Outcome = TestResult::Outcome;
  for (TestResult &result : results) {
    if (result.outcome != Outcome::skip || reasons.expect(result.name, result.reason))
      continue;
    result.outcome = Outcome::fail;
    result.reason = "it was skipped for a reason that no profile gives: " + result.reason;
  }
}

/// The tests in a file of ctest's, as they count. Error: there is none.
Result<std::vector<TestResult>> read_results(const std::string &path)
{
  const std::string xml = TRY(read_file(path));
  auto results = parse_junit(xml);
  if (!results)
    return fail(path + ": " + results.error().message);
  if (results->empty())
    return fail(path + ": no test in it");
  fail_unexpected_skips(*results, TRY(SkipReasons::load()));
  return std::move(*results);
}

} // namespace

} // namespace verdict

int main(int argc, char **argv)
{
  const bool help = argc == 2 && std::string_view(argv[1]) == "--help";
  if (argc != 2 || *argv[1] == '-') {
    std::fputs("usage: verdict_matrix FILE\n\n"
               "Prints the results in FILE, which ctest --output-junit wrote, as cases x NICs.\n"
               "To be run from the project's top. The exit status is 1 unless all is well.\n",
               help ? stdout : stderr);
    return help ? 0 : 2;
  }
  const auto results = verdict::read_results(argv[1]);
  if (!results) {
    fmt::print(stderr, "verdict_matrix: {}\n", results.error().message);
    return 1;
  }
  const auto out = verdict::out_directory();
  if (!out) {
    fmt::print(stderr, "verdict_matrix: {}\n", out.error().message);
    return 1;
  }
  std::fputs(verdict::matrix(*results, *out / "harness").c_str(), stdout);
  return verdict::all_well(*results) ? 0 : 1;
}
