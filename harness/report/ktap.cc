// SPDX-License-Identifier: GPL-2.0-only
#include "report/ktap.h"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.h"

namespace verdict {

namespace {

/// What a case printed last before its result, without the mark of a comment.
std::string last_said(const std::vector<std::string> &comments)
{
  for (auto line = comments.rbegin(); line != comments.rend(); ++line) {
    static const RE2 marks(R"(^#[ \t]*(?:(?:Exception|Defer Exception|Check)\|)?[ \t]*)");
    std::string text = *line;
    RE2::Replace(&text, marks, "");
    if (!text.empty())
      return text;
  }
  return {};
}

/// The result that a line without its indent gives.
std::optional<CaseResult> result_in(const std::string &line)
{
  static const RE2 result(R"((not )?ok \d+ *([^#]*?) *(# *(?:SKIP|XFAIL) *(.*))?)");
  static const RE2 word(R"(^(?:PASS|FAIL|SKIP): )");
  std::string refused, name, skipped, reason;
  if (!RE2::FullMatch(line, result, &refused, &name, &skipped, &reason))
    return std::nullopt;
  CaseResult found{ name, refused.empty() ? Outcome::pass : Outcome::fail, {} };
  if (!skipped.empty()) {
    found.outcome = Outcome::skip;
    found.said = reason;
    // xskxceiver gives the name in the place of a reason.
    if (found.name.empty())
      std::swap(found.name, found.said);
  }
  RE2::Replace(&found.name, word, "");
  return found;
}

} // namespace

const char *to_string(Outcome outcome)
{
  switch (outcome) {
  case Outcome::pass:
    return "pass";
  case Outcome::fail:
    return "fail";
  case Outcome::skip:
    return "skip";
  case Outcome::missing:
    return "missing";
  }
  return "?";
}

Ktap read_ktap(std::string_view text, size_t indent)
{
  static const RE2 plan(R"(1\.\.(\d+)(?: .*)?)");
  Ktap ktap;
  std::vector<std::string> comments;
  for (const std::string &line : split_lines(text)) {
    if (std::min(line.find_first_not_of(' '), line.size()) != indent)
      continue;
    size_t planned = 0;
    if (RE2::FullMatch(line.substr(indent), plan, &planned)) {
      ktap.planned = ktap.planned.value_or(0) + planned;
    } else if (auto found = result_in(line.substr(indent))) {
      if (found->outcome == Outcome::fail)
        found->said = last_said(comments);
      ktap.cases.push_back(std::move(*found));
      comments.clear();
    } else {
      comments.push_back(line.substr(indent));
    }
  }
  return ktap;
}

std::vector<std::string> shortcomings(const Ktap &ktap)
{
  std::vector<std::string> wrong;
  for (const CaseResult &one : ktap.cases) {
    if (one.outcome != Outcome::pass)
      wrong.push_back(fmt::format("{}: {}: {}", one.name, to_string(one.outcome), one.said));
  }
  if (ktap.planned != ktap.cases.size())
    wrong.push_back(fmt::format("{} in the report, planned: {}",
                                count_of(ktap.cases.size(), "case"),
                                ktap.planned ? std::to_string(*ktap.planned) : "it does not say"));
  if (ktap.cases.empty())
    wrong.push_back("there was no case");
  return wrong;
}

} // namespace verdict
