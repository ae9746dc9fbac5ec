// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/ledger.h"

#include <algorithm>

namespace verdict::mutants {

namespace {

Mark after(Mark mark, Outcome outcome)
{
  switch (outcome) {
  case Outcome::error:
    return mark;
  case Outcome::skipped:
    return Mark::skipped;
  case Outcome::passed:
    return mark == Mark::failed_once ? Mark::unconfirmed
           : mark == Mark::untried   ? Mark::passed
                                     : mark;
  case Outcome::failed:
    return mark == Mark::failed_once ? Mark::killed
           : mark == Mark::untried   ? Mark::failed_once
                                     : mark;
  }
  return mark;
}

} // namespace

void Ledger::add(const Trial &trial)
{
  trials_[trial.mutant].push_back(trial);
  if (!trial.mutant.empty() || trial.outcome != Outcome::passed)
    return;
  auto &reached = reached_.try_emplace({ trial.kernel, trial.test }, std::in_place).first->second;
  if (!trial.reached)
    reached.reset();
  else if (reached)
    reached->insert(trial.reached->begin(), trial.reached->end());
}

bool Ledger::may_notice(const std::string &kernel, const std::string &test, int mutant) const
{
  const auto at = reached_.find({ kernel, test });
  return at == reached_.end() || !at->second || at->second->contains(mutant);
}

const std::vector<Trial> &Ledger::of(const std::string &mutant) const
{
  static const std::vector<Trial> none;
  const auto at = trials_.find(mutant);
  return at == trials_.end() ? none : at->second;
}

Mark Ledger::mark(const std::string &mutant, const std::string &kernel,
                  const std::string &test) const
{
  Mark mark = Mark::untried;
  for (const Trial &trial : of(mutant)) {
    if (trial.kernel == kernel && trial.test == test)
      mark = after(mark, trial.outcome);
  }
  return mark;
}

std::vector<Trial> Ledger::kills(const std::string &mutant) const
{
  std::vector<Trial> kills;
  std::map<std::pair<std::string, std::string>, Mark> marks;
  for (const Trial &trial : of(mutant)) {
    auto at = marks.try_emplace({ trial.kernel, trial.test }, Mark::untried).first;
    const Mark mark = after(at->second, trial.outcome);
    if (mark == Mark::killed && at->second != Mark::killed)
      kills.push_back(trial);
    at->second = mark;
  }
  return kills;
}

size_t Ledger::passes(const std::string &mutant, const std::string &kernel,
                      const std::string &test) const
{
  const auto &all = of(mutant);
  return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Trial &trial) {
    return trial.kernel == kernel && trial.test == test && trial.outcome == Outcome::passed;
  }));
}

} // namespace verdict::mutants
