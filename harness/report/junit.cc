// SPDX-License-Identifier: GPL-2.0-only
#include "report/junit.h"

#include <pugixml.hpp>

#include "base/text.h"

namespace verdict {

namespace {

/// What stands behind `mark` on the first line that starts with it.
std::string marked(const std::vector<std::string> &lines, std::string_view mark)
{
  for (const std::string &line : lines) {
    if (line.starts_with(mark))
      return line.substr(mark.size());
  }
  return {};
}

/// GoogleTest prints "file:line: Skipped" and then the reason, up to an empty line or the result.
std::string skip_reason(const std::vector<std::string> &lines)
{
  std::vector<std::string> reason;
  bool inside = false;
  for (const std::string &line : lines) {
    if (line.ends_with(": Skipped")) {
      inside = true;
    } else if (inside) {
      if (line.empty() || line.starts_with("["))
        break;
      reason.push_back(line);
    }
  }
  return join(reason, " ");
}

} // namespace

Result<std::vector<TestResult>> parse_junit(const std::string &xml)
{
  pugi::xml_document document;
  const auto parsed = document.load_string(xml.c_str());
  if (!parsed)
    return fail(std::string("no XML: ") + parsed.description());
  const auto suite = document.child("testsuite");
  if (!suite)
    return fail("no <testsuite> in it: is this what ctest --output-junit wrote?");

  std::vector<TestResult> results;
  for (const auto &test : suite.children("testcase")) {
    const auto lines = split_lines(test.child_value("system-out"));
    TestResult result{ .name = test.attribute("name").value(),
                       .outcome = TestResult::Outcome::pass,
                       .reason = {},
                       .rerun = marked(lines, rerun_mark),
                       .evidence = marked(lines, evidence_mark) };
    const std::string status = test.attribute("status").value();
    if (status == "run") {
      result.outcome = TestResult::Outcome::pass;
    } else if (result.reason = skip_reason(lines); status == "notrun" && !result.reason.empty()) {
      result.outcome = TestResult::Outcome::skip;
    } else {
      result.outcome = TestResult::Outcome::fail;
      const std::string message = test.child("failure").attribute("message").value();
      result.reason =
          message.empty() ? test.child("skipped").attribute("message").value() : message;
    }
    results.push_back(std::move(result));
  }
  return results;
}

} // namespace verdict
