// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/suite_output.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace verdict::mutants {

using nlohmann::json;

namespace {

constexpr size_t longest_said = 400;

/// Failures as one line.
std::string one_line(const json &failures)
{
  std::string text;
  for (const json &failure : failures)
    text += failure.at("failure").get<std::string>() + " ";
  for (char &c : text)
    c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  const auto both_blank = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), both_blank), text.end());
  if (text.size() > longest_said)
    text = text.substr(0, longest_said) + "...";
  return text;
}

/// What the fixture's properties say of a failure.
std::string how(const json &test)
{
  const std::string ending = test.value("ending", "");
  if (ending == "panic" || ending == "hang")
    return ending;
  if (!test.value("splat", "").empty())
    return "splat";
  return test.value("overdue", "").empty() ? "wrong result" : time_is_over;
}

Trial error(const std::string &what)
{
  return { .outcome = Outcome::error, .said = what };
}

/// "N,Y,N": which mutants have been reached; the first is number 0.
std::optional<std::vector<int>> reached(const json &test)
{
  const std::string flags = test.value("reached", "");
  if (flags.empty())
    return {};
  std::vector<int> numbers;
  for (size_t i = 0; i < flags.size(); i += 2) {
    if (flags[i] == 'Y')
      numbers.push_back(static_cast<int>(i / 2));
  }
  return numbers;
}

Trial outcome_of(const json &test, const std::string &choice)
{
  Trial trial{ .seconds = std::stod(test.at("time").get<std::string>()) };
  if (test.at("result") == "SKIPPED") {
    trial.outcome = Outcome::skipped;
    return trial;
  }
  const json failures = test.value("failures", json::array());
  const std::string said = one_line(failures);
  if (test.value("mutant", "") != choice)
    return error("the test did not choose mutant " + choice + ": " + said);
  if (test.value("ending", "") == "infrastructure")
    return error("no fault of the guest: " + said);
  trial.reached = reached(test);
  if (failures.empty())
    return trial;
  trial.outcome = Outcome::failed;
  trial.how = how(test);
  trial.said = said;
  return trial;
}

} // namespace

Result<std::vector<std::string>> read_test_names(const std::string &text)
{
  std::vector<std::string> names;
  try {
    const json all = json::parse(text);
    for (const json &suite : all.at("testsuites")) {
      for (const json &test : suite.at("testsuite"))
        names.push_back(suite.at("name").get<std::string>() + "." +
                        test.at("name").get<std::string>());
    }
  } catch (const json::exception &error) {
    return fail(std::string("no list of GoogleTest's: ") + error.what());
  }
  return names;
}

Trial read_outcome(const std::string &text, const std::string &choice)
{
  try {
    const json all = json::parse(text);
    const json &suites = all.at("testsuites");
    if (suites.size() != 1 || suites[0].at("testsuite").size() != 1)
      return error("the suite has not run one test; was it built anew meanwhile?");
    return outcome_of(suites[0]["testsuite"][0], choice);
  } catch (const json::exception &problem) {
    return error(std::string("no results of GoogleTest's: ") + problem.what());
  }
}

} // namespace verdict::mutants
