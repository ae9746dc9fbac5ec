// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace verdict::upstream {

namespace {

struct Counts {
  size_t passed = 0, failed = 0, skipped = 0;
};

Counts count(const Finished &finished)
{
  Counts counts;
  for (const Judged &one : finished.cases) {
    switch (one.result.outcome) {
    case Outcome::pass:
      counts.passed++;
      break;
    case Outcome::skip:
      counts.skipped++;
      break;
    case Outcome::fail:
    case Outcome::missing:
      counts.failed++;
      break;
    }
  }
  return counts;
}

/// Keeps the order in which names come.
void add(std::vector<std::string> &names, const std::string &name)
{
  if (std::find(names.begin(), names.end(), name) == names.end())
    names.push_back(name);
}

std::string cell(const std::vector<Finished> &all, const std::string &test,
                 const std::string &driver)
{
  const auto finished = std::find_if(all.begin(), all.end(), [&](const Finished &one) {
    return one.test == test && one.driver == driver;
  });
  if (finished == all.end() || !finished->not_run.empty())
    return "-";
  const Counts counts = count(*finished);
  return fmt::format("{}/{}/{}{}", counts.passed, counts.failed, counts.skipped,
                     finished->complaints.empty() ? "" : " !");
}

std::string table(const std::vector<Finished> &all)
{
  std::vector<std::string> tests, drivers;
  for (const Finished &finished : all) {
    add(tests, finished.test);
    add(drivers, finished.driver);
  }
  std::string text = fmt::format("{:<18}", "");
  for (const std::string &driver : drivers)
    text += fmt::format("{:>16}", driver);
  text += "   passed/failed/skipped\n";
  for (const std::string &test : tests) {
    text += fmt::format("{:<18}", test);
    for (const std::string &driver : drivers)
      text += fmt::format("{:>16}", cell(all, test, driver));
    text += "\n";
  }
  return text;
}

/// What did not pass, as it was to be, by reasons.
std::string reasons(const std::vector<Finished> &all)
{
  std::vector<std::string> reasons;
  std::vector<std::vector<std::string>> places;
  const auto place = [&](const std::string &reason, const std::string &where) {
    add(reasons, reason);
    places.resize(reasons.size());
    const auto at = std::find(reasons.begin(), reasons.end(), reason) - reasons.begin();
    add(places[static_cast<size_t>(at)], where);
  };
  for (const Finished &finished : all) {
    if (!finished.not_run.empty())
      place(finished.not_run, fmt::format("{} {}: not run", finished.driver, finished.test));
    for (const Judged &one : finished.cases) {
      if (one.as_expected() && one.result.outcome != Outcome::pass)
        place(one.expected->reason, fmt::format("{} {}: {}: {}", finished.driver, finished.test,
                                                one.name, to_string(one.result.outcome)));
    }
  }
  std::string text;
  for (size_t i = 0; i < reasons.size(); i++) {
    text += reasons[i] + "\n";
    for (const std::string &where : places[i])
      text += "  " + where + "\n";
  }
  return text;
}

/// A result that was not expected, and the line that would expect it.
std::string surprise(const Finished &finished, const Judged &one)
{
  std::string text = fmt::format("  {}: {}, expected {}\n", one.name, to_string(one.result.outcome),
                                 one.expected ? one.expected->outcomes() : "no such case");
  std::string line = to_string(one.result.outcome);
  if (one.result.outcome != Outcome::pass)
    line += ": " + (one.result.said.empty() ? "why" : one.result.said);
  if (!one.result.said.empty())
    text += "    it said: " + one.result.said + "\n";
  return text + fmt::format("    qemu/upstream/{}.json: {}: {}\n", finished.driver,
                            nlohmann::json(one.name).dump(), nlohmann::json(line).dump());
}

std::string surprises(const std::vector<Finished> &all)
{
  std::string text;
  for (const Finished &finished : all) {
    std::string here;
    for (const std::string &what : finished.complaints)
      here += "  " + what + "\n";
    for (const Judged &one : finished.cases)
      here += one.as_expected() ? "" : surprise(finished, one);
    if (!here.empty())
      text += fmt::format("NOT EXPECTED: {} {}; see {}\n{}", finished.driver, finished.test,
                          finished.evidence, here);
  }
  return text;
}

} // namespace

bool all_well(const std::vector<Finished> &all)
{
  return surprises(all).empty();
}

std::string report(const std::vector<Finished> &all)
{
  std::string text = table(all);
  for (const std::string &part : { reasons(all), surprises(all) })
    text += part.empty() ? "" : "\n" + part;
  return text;
}

std::string counts(const Finished &finished)
{
  const Counts counts = count(finished);
  return fmt::format("{} passed, {} failed, {} skipped", counts.passed, counts.failed,
                     counts.skipped);
}

} // namespace verdict::upstream
