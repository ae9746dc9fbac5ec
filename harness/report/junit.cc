// SPDX-License-Identifier: GPL-2.0-only
#include "report/junit.h"

#include <algorithm>

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

/// GoogleTest prints "file:line: Skipped" or "file:line: Failure" and then the text, up to the
/// next such line, a mark of ours, or a line about the test. This is the first one's.
std::vector<std::string> explained(const std::vector<std::string> &lines, std::string_view what)
{
  std::vector<std::string> text;
  bool inside = false;
  for (const std::string &line : lines) {
    if (!inside) {
      inside = line.ends_with(what);
      continue;
    }
    if (line.starts_with("[") || line.ends_with(": Failure") || line.starts_with(figures_mark) ||
        line.starts_with(rerun_mark) || line.starts_with(evidence_mark))
      break;
    text.push_back(line);
  }
  while (!text.empty() && text.back().empty())
    text.pop_back();
  return text;
}

/// GoogleTest's, or what another program says behind "skipped: ".
std::string skip_reason(const std::vector<std::string> &lines)
{
  if (const std::string reason = marked(lines, "skipped: "); !reason.empty())
    return reason;
  std::vector<std::string> words;
  for (const std::string &line : explained(lines, ": Skipped"))
    words.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  return join(words, " ");
}

bool says(const std::vector<std::string> &lines, std::string_view what)
{
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string &line) { return line.starts_with(what); });
}

/// What the first failure said; of a long text the beginning. It is whole in the evidence.
std::string failure_reason(const std::vector<std::string> &lines)
{
  constexpr size_t limit = 20;
  std::vector<std::string> text = explained(lines, ": Failure");
  if (text.size() > limit) {
    const size_t left_out = text.size() - limit;
    text.resize(limit);
    text.push_back("(and " + count_of(left_out, "line") + " more, in failure.txt)");
  }
  const auto failures = std::count_if(lines.begin(), lines.end(), [](const std::string &line) {
    return line.ends_with(": Failure");
  });
  if (failures > 1)
    text.push_back("(and " + count_of(static_cast<size_t>(failures - 1), "failure") + " more)");
  return join(text, "\n");
}

/// Why a test says nothing of its end. ctest does not tell its time limit from a crash.
std::string abrupt_end(const pugi::xml_node &test)
{
  return std::string("it was ended in the middle, after ") + test.attribute("time").value() +
         " s: by ctest's time limit, or its program crashed";
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
                       .rerun = marked(lines, rerun_mark),
                       .evidence = marked(lines, evidence_mark),
                       .figures = marked(lines, figures_mark) };
    const std::string status = test.attribute("status").value();
    if (status == "run") {
      result.outcome = TestResult::Outcome::pass;
    } else if (status == "notrun" && !skip_reason(lines).empty() && !says(lines, "[  FAILED  ]")) {
      result.outcome = TestResult::Outcome::skip;
      result.reason = skip_reason(lines);
    } else {
      result.outcome = TestResult::Outcome::fail;
      result.reason = failure_reason(lines);
      if (says(lines, "[ RUN      ]") && !says(lines, "[  FAILED  ]") && result.reason.empty())
        result.reason = abrupt_end(test);
      for (const char *element : { "failure", "skipped" }) {
        if (result.reason.empty())
          result.reason = test.child(element).attribute("message").value();
      }
      if (result.reason.empty() && lines.empty())
        result.reason = "it did not run; was its program being built?";
    }
    results.push_back(std::move(result));
  }
  return results;
}

} // namespace verdict
