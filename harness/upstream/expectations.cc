// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/expectations.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "upstream/plan.h"

namespace verdict::upstream {

using nlohmann::ordered_json;

namespace {

constexpr std::string_view or_pass_mark = " or pass";

/// "fail: the reason", "fail or pass: the reason"
Result<Expected> read_case(const std::string &name, const std::string &text)
{
  constexpr std::array outcomes{ Outcome::pass, Outcome::fail, Outcome::skip, Outcome::missing };
  constexpr std::string_view mark = ": ";
  const size_t end = text.find(mark);
  std::string word = text.substr(0, end);
  const bool or_pass = word.ends_with(or_pass_mark);
  if (or_pass)
    word.resize(word.size() - or_pass_mark.size());
  const auto outcome = std::find_if(outcomes.begin(), outcomes.end(),
                                    [&](Outcome known) { return word == to_string(known); });
  if (outcome == outcomes.end())
    return fail(name + ": \"" + word + "\" is no outcome");
  const Expected expected{ name, *outcome, end == text.npos ? "" : text.substr(end + mark.size()),
                           or_pass };
  if ((expected.outcome == Outcome::pass) != expected.reason.empty())
    return fail(name + ": each outcome but \"pass\" has its reason behind it, as in \"fail: why\"");
  return expected;
}

Result<ExpectedTest> read_test(const std::string &name, const ordered_json &value)
{
  ExpectedTest test{ .name = name };
  if (value.is_string()) {
    test.not_run = value;
    return test;
  }
  for (const auto &[key, text] : value.items())
    test.cases.push_back(TRY(read_case(key, text.get<std::string>())));
  return test;
}

/// How bad an outcome is.
int badness(Outcome outcome)
{
  constexpr std::array from_best{ Outcome::pass, Outcome::skip, Outcome::fail, Outcome::missing };
  return static_cast<int>(std::find(from_best.begin(), from_best.end(), outcome) -
                          from_best.begin());
}

} // namespace

bool Expected::met_by(Outcome result) const
{
  return result == outcome || (or_pass && result == Outcome::pass);
}

std::string Expected::outcomes() const
{
  std::string text = to_string(outcome);
  if (or_pass)
    text += or_pass_mark;
  return text;
}

Result<std::vector<ExpectedTest>> read_expectations(const std::string &text)
{
  std::vector<ExpectedTest> tests;
  try {
    const ordered_json all = ordered_json::parse(text);
    for (const auto &[name, value] : all.items()) {
      if (name != "license")
        tests.push_back(TRY(read_test(name, value)));
    }
  } catch (const ordered_json::exception &error) {
    return fail(std::string("no list of expected results: ") + error.what());
  }
  return tests;
}

std::string expectations_file(const std::string &driver)
{
  return std::string(folder) + "/" + driver + ".json";
}

Result<std::vector<ExpectedTest>> load_expectations(const std::string &driver)
{
  const std::string file = expectations_file(driver);
  auto expected = read_expectations(TRY(read_file(file)));
  if (!expected)
    return fail(file + ": " + expected.error().message);
  return expected;
}

std::vector<Expected> as_they_are(const std::vector<Judged> &judged)
{
  std::vector<Expected> cases;
  for (const Judged &one : judged) {
    if (one.as_expected()) {
      cases.push_back(*one.expected);
      continue;
    }
    std::string reason;
    if (one.result.outcome != Outcome::pass)
      reason = one.result.said.empty() ? "it does not say why" : one.result.said;
    cases.push_back({ one.name, one.result.outcome, reason });
  }
  return cases;
}

std::string write_expectations(const std::vector<ExpectedTest> &tests)
{
  ordered_json all;
  all["license"] = "SPDX-License-Identifier: GPL-2.0-only";
  for (const ExpectedTest &test : tests) {
    ordered_json &value = all[test.name];
    if (!test.not_run.empty()) {
      value = test.not_run;
      continue;
    }
    value = ordered_json::object();
    for (const Expected &one : test.cases)
      value[one.name] = one.outcomes() + (one.reason.empty() ? "" : ": " + one.reason);
  }
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::vector<Judged> judge(const ExpectedTest &expected, const std::vector<CaseResult> &results)
{
  std::vector<Judged> judged;
  for (const Expected &one : expected.cases)
    judged.push_back({ one.name, one, { one.name, Outcome::missing, {} } });
  for (const CaseResult &result : results) {
    const auto known = std::find_if(judged.begin(), judged.end(),
                                    [&](const Judged &one) { return one.name == result.name; });
    if (known == judged.end())
      judged.push_back({ result.name, std::nullopt, result });
    else if (known->result.outcome == Outcome::missing ||
             badness(result.outcome) > badness(known->result.outcome))
      known->result = result;
  }
  return judged;
}

} // namespace verdict::upstream
