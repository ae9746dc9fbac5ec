// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/ranking.h"

#include <algorithm>

namespace verdict::mutants {

namespace {

/// So many trials of a scope weigh as much as what is expected of it.
constexpr double weight_of_expected = 2;

/// What is expected of a test of which nothing is known.
constexpr double usual_share = 0.1;

/// A test's time has this at least, so that a guess from few runs does not count too much.
constexpr double least_seconds = 0.2;

/// More than any guess.
constexpr double of_recalled = 1e6;

std::string function_of(const Mutant &mutant)
{
  return mutant.file + ": " + mutant.function;
}

} // namespace

void Ranking::note(const Mutant &mutant, const std::string &test, bool killed)
{
  for (const std::string &scope : { function_of(mutant), mutant.file, std::string() }) {
    Count &count = counts_[{ scope, test }];
    count.tried++;
    count.killed += killed;
  }
}

void Ranking::recall(const std::string &mutant, const std::string &test)
{
  recalled_.emplace(mutant, test);
}

bool Ranking::is_recalled(const Mutant &mutant, const std::string &test) const
{
  return recalled_.contains({ mutant.key, test });
}

double Ranking::share(const Scope &scope, double expected) const
{
  const auto at = counts_.find(scope);
  const Count count = at == counts_.end() ? Count{} : at->second;
  return (count.killed + weight_of_expected * expected) / (count.tried + weight_of_expected);
}

double Ranking::score(const Mutant &mutant, const Test &test) const
{
  const double overall = share({ "", test.name }, usual_share);
  const double in_file = share({ mutant.file, test.name }, overall);
  const double in_function = share({ function_of(mutant), test.name }, in_file);
  const double known = is_recalled(mutant, test.name) ? of_recalled : 1;
  return known * in_function / std::max(test.seconds, least_seconds);
}

std::vector<Test> likeliest_first(std::vector<Test> tests, const Group &mutants,
                                  const Ranking &ranking)
{
  const auto score = [&](const Test &test) {
    double sum = 0;
    for (const Mutant *mutant : mutants)
      sum += ranking.score(*mutant, test);
    return sum;
  };
  std::vector<std::pair<double, Test>> scored;
  for (Test &test : tests)
    scored.emplace_back(score(test), std::move(test));
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto &a, const auto &b) { return a.first > b.first; });
  std::vector<Test> ordered;
  for (auto &[sum, test] : scored)
    ordered.push_back(std::move(test));
  return ordered;
}

std::optional<Test> next_test(const Mutant &mutant, const std::vector<Test> &tests,
                              const Ledger &ledger, const Ranking &ranking, bool every)
{
  if (!every && ledger.is_killed(mutant.key))
    return {};
  const Test *best = nullptr;
  double best_score = 0;
  for (const Test &test : tests) {
    if (!ledger.may_notice(test.kernel, test.name, mutant.id))
      continue;
    const Mark mark = ledger.mark(mutant.key, test.kernel, test.name);
    if (mark == Mark::failed_once)
      return test;
    if (mark != Mark::untried)
      continue;
    const double score = ranking.score(mutant, test);
    if (!best || score > best_score) {
      best = &test;
      best_score = score;
    }
  }
  return best ? std::optional(*best) : std::nullopt;
}

} // namespace verdict::mutants
