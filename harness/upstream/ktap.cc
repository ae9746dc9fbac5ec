// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/ktap.h"

#include <regex>

#include "base/text.h"

namespace verdict::upstream {

namespace {

/// What a case printed last before its result, without the mark of a comment.
std::string last_said(const std::vector<std::string> &comments)
{
  for (auto line = comments.rbegin(); line != comments.rend(); ++line) {
    static const std::regex marks(R"(^#[ \t]*((Exception|Defer Exception|Check)\|)?[ \t]*)");
    const std::string text = std::regex_replace(*line, marks, "");
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
  static const std::regex result(R"(^(not )?ok \d+ *([^#]*?) *(# *(SKIP|XFAIL) *(.*))?$)");
  static const std::regex word(R"(^(PASS|FAIL|SKIP): )");
  std::vector<CaseResult> results;
  std::vector<std::string> comments;
  for (const std::string &line : split_lines(text)) {
    std::smatch parts;
    if (!std::regex_match(line, parts, result)) {
      comments.push_back(line);
      continue;
    }
    CaseResult found{ parts[2], parts[1].matched ? Outcome::fail : Outcome::pass, {} };
    if (parts[3].matched) {
      found.outcome = Outcome::skip;
      found.said = parts[5];
      // xskxceiver gives the name in the place of a reason.
      if (found.name.empty())
        std::swap(found.name, found.said);
    } else if (found.outcome == Outcome::fail) {
      found.said = last_said(comments);
    }
    found.name = std::regex_replace(found.name, word, "");
    results.push_back(std::move(found));
    comments.clear();
  }
  return results;
}

} // namespace verdict::upstream
