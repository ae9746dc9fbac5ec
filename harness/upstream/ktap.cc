// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/ktap.h"

#include <re2/re2.h>

#include "base/text.h"

namespace verdict::upstream {

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

std::vector<CaseResult> read_ktap(std::string_view text)
{
  static const RE2 result(R"((not )?ok \d+ *([^#]*?) *(# *(?:SKIP|XFAIL) *(.*))?)");
  static const RE2 word(R"(^(?:PASS|FAIL|SKIP): )");
  std::vector<CaseResult> results;
  std::vector<std::string> comments;
  for (const std::string &line : split_lines(text)) {
    std::string refused, name, skipped, reason;
    if (!RE2::FullMatch(line, result, &refused, &name, &skipped, &reason)) {
      comments.push_back(line);
      continue;
    }
    CaseResult found{ name, refused.empty() ? Outcome::pass : Outcome::fail, {} };
    if (!skipped.empty()) {
      found.outcome = Outcome::skip;
      found.said = reason;
      // xskxceiver gives the name in the place of a reason.
      if (found.name.empty())
        std::swap(found.name, found.said);
    } else if (found.outcome == Outcome::fail) {
      found.said = last_said(comments);
    }
    RE2::Replace(&found.name, word, "");
    results.push_back(std::move(found));
    comments.clear();
  }
  return results;
}

} // namespace verdict::upstream
