// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/watch.h"

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "mutants/parallel.h"

namespace verdict::mutants {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// A kill that takes longer is not picked, as one that waits for a guest that hangs.
constexpr double longest_seconds = 10;

/// What keeps a test from watching over a mutant; "" if nothing.
std::string complaint(const Trial &trial, const Group &mutants)
{
  if (trial.outcome == Outcome::error)
    return trial.test + ": " + trial.said;
  if (mutants.empty())
    return trial.outcome == Outcome::passed ? ""
                                            : trial.test + " fails without a mutant: " + trial.said;
  if (trial.outcome == Outcome::failed)
    return "";
  const Mutant &mutant = *mutants.front();
  return trial.test + " does not notice any more that in " + mutant.place() + ", " +
         mutant.function + "(), " + mutant.what + "; mutant " + std::to_string(mutant.id);
}

using Fates = std::vector<const Fate *>;

/// The first of each list, then the second of each, and so on.
Fates by_turns(const std::vector<Fates> &lists)
{
  size_t longest = 0;
  for (const Fates &list : lists)
    longest = std::max(longest, list.size());
  Fates all;
  for (size_t i = 0; i < longest; i++) {
    for (const Fates &list : lists) {
      if (i < list.size())
        all.push_back(list[i]);
    }
  }
  return all;
}

} // namespace

std::string write_watches(const std::vector<Watch> &watches)
{
  ordered_json all = ordered_json::array();
  for (const Watch &watch : watches)
    all.push_back({ { "mutant", watch.mutant }, { "test", watch.test } });
  return "// SPDX-License-Identifier: GPL-2.0-only\n" + all.dump(1) + "\n";
}

Result<std::vector<Watch>> read_watches(const std::string &text)
{
  std::vector<Watch> watches;
  try {
    for (const json &entry : json::parse(text, nullptr, true, true))
      watches.push_back({ entry.at("mutant"), entry.at("test") });
  } catch (const json::exception &error) {
    return fail(std::string("no list of mutants and tests: ") + error.what());
  }
  return watches;
}

std::vector<Watch> pick(const Report &report, size_t count)
{
  std::map<std::string, std::map<std::string, Fates>> sorts; // by file and kind
  for (const Fate &fate : report.fates) {
    if (!fate.kills.empty() && fate.kills.front().kernel == "fast" &&
        fate.kills.front().seconds < longest_seconds)
      sorts[fate.mutant.file][fate.mutant.kind].push_back(&fate);
  }
  std::vector<Fates> files;
  for (auto &[file, kinds] : sorts) {
    std::vector<Fates> lists;
    for (auto &[kind, fates] : kinds) {
      std::stable_sort(fates.begin(), fates.end(), [](const Fate *a, const Fate *b) {
        return a->kills.front().seconds < b->kills.front().seconds;
      });
      lists.push_back(std::move(fates));
    }
    files.push_back(by_turns(lists));
  }
  std::vector<Watch> picked;
  for (const Fate *fate : by_turns(files)) {
    if (picked.size() < count)
      picked.push_back({ fate->mutant.key, fate->kills.front().test });
  }
  return picked;
}

std::vector<Watch> killers(const Report &report, const std::vector<Watch> &before)
{
  std::map<std::string, std::string> earlier;
  for (const Watch &watch : before)
    earlier[watch.mutant] = watch.test;
  std::vector<Watch> all;
  for (const Fate &fate : report.fates) {
    const auto at = earlier.find(fate.mutant.key);
    if (!fate.kills.empty())
      all.push_back({ fate.mutant.key, fate.kills.front().test });
    else if (at != earlier.end())
      all.push_back({ at->first, at->second });
  }
  return all;
}

std::vector<std::string>
check(const Catalogue &catalogue, const std::vector<Watch> &watches, unsigned jobs,
      const std::function<Trial(const Group &, const std::string &test)> &run)
{
  std::vector<std::string> wrong;
  std::vector<std::pair<Group, std::string>> runs;
  std::set<std::string> tests;
  for (const Watch &watch : watches) {
    const Mutant *mutant = catalogue.find(watch.mutant);
    if (!mutant) {
      wrong.push_back("there is no such mutant any more; verdict mutants --pick chooses anew: " +
                      watch.mutant);
      continue;
    }
    runs.emplace_back(Group{ mutant }, watch.test);
    if (tests.insert(watch.test).second)
      runs.emplace_back(Group(), watch.test);
  }
  std::vector<std::string> complaints(runs.size());
  in_parallel(jobs, runs.size(), [&](size_t i) {
    const auto &[mutants, test] = runs[i];
    Trial trial = run(mutants, test);
    if (!mutants.empty() && trial.outcome == Outcome::failed)
      trial = run(mutants, test);
    complaints[i] = complaint(trial, mutants);
  });
  std::copy_if(complaints.begin(), complaints.end(), std::back_inserter(wrong),
               [](const std::string &what) { return !what.empty(); });
  return wrong;
}

} // namespace verdict::mutants
