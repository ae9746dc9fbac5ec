// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/test_evidence.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/environment.h"
#include "base/gtest_result.h"
#include "report/junit.h"
#include "tests/suite/traffic.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

std::string full_name()
{
  const auto *info = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(info->test_suite_name()) + "." + info->name();
}

std::string file_name(std::string text)
{
  std::replace(text.begin(), text.end(), '/', '-');
  return text;
}

std::vector<std::string> failures_up_to_now()
{
  std::vector<std::string> failures;
  const auto &result = *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.total_part_count(); i++) {
    if (result.GetTestPartResult(i).failed())
      failures.push_back(text_of(result.GetTestPartResult(i)));
  }
  return failures;
}

} // namespace

Result<Evidence> begin_evidence(const Places &places)
{
  // A storm and the short form of the same case may run at once.
  const std::string folder = file_name(full_name()) + (storm() > 1 ? ".storm" : "");
  const fs::path run = is_set("VERDICT_RUN") ? fs::path(variable("VERDICT_RUN")) : places.run();
  return Evidence::begin(full_name(), run / folder, places.out / "harness" / "verdict_suite");
}

void print_mark(std::string_view mark, const std::string &text)
{
  fmt::print("{}{}\n", mark, text);
  std::fflush(stdout);
}

void tell_where(const Evidence &evidence)
{
  print_mark(rerun_mark, evidence.rerun());
  print_mark(evidence_mark, evidence.folder().string() + "/");
}

std::string text_of(const testing::TestPartResult &part)
{
  const std::string message = part.message();
  return part.file_name() ? fmt::format("{}:{}: ", part.file_name(), part.line_number()) + message
                          : message;
}

std::string ending_of(Machine *machine)
{
  if (!machine)
    return "it was ended on purpose, or never began";
  const Standing &standing = machine->standing();
  return std::string(to_string(standing.ending)) +
         (standing.sentence.empty() ? "" : ": " + standing.sentence);
}

void end_evidence(const Evidence &evidence, const std::string &guest, const std::string &overdue)
{
  if (testing::Test::HasFailure()) {
    EXPECT_OK(
        evidence.conclude({ .said = failures_up_to_now(), .guest = guest, .overdue = overdue }));
    tell_where(evidence);
  } else if (!is_set("VERDICT_KEEP")) {
    EXPECT_OK(evidence.discard());
  }
}

} // namespace verdict
