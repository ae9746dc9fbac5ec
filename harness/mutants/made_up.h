// SPDX-License-Identifier: GPL-2.0-only
// Mutants and trials for unit tests.
#pragma once

#include "mutants/ledger.h"
#include "mutants/mutant.h"

namespace verdict::mutants {

inline Mutant made_up_mutant(int id, const std::string &file, const std::string &function,
                             const std::string &kind = "call-left-out")
{
  Mutant mutant{ .id = id,
                 .file = file,
                 .line = static_cast<unsigned>(id * 10),
                 .function = function,
                 .kind = kind,
                 .what = "call " + std::to_string(id) + " is left out" };
  mutant.key = mutant.file + ": " + mutant.function + "(): " + mutant.what;
  return mutant;
}

inline Trial made_up_trial(const std::string &mutant, const std::string &test, Outcome outcome,
                           const std::string &kernel = "fast", double seconds = 1)
{
  const bool failed = outcome == Outcome::failed;
  return { .kernel = kernel,
           .mutant = mutant,
           .test = test,
           .outcome = outcome,
           .how = failed ? "wrong result" : "",
           .said = failed ? "1 frame instead of 2" : "",
           .seconds = seconds };
}

/// Adds a kill: the test fails twice.
inline void add_kill(Ledger &ledger, const std::string &mutant, const std::string &test,
                     const std::string &kernel = "fast", double seconds = 1)
{
  for (int i = 0; i < 2; i++)
    ledger.add(made_up_trial(mutant, test, Outcome::failed, kernel, seconds));
}

} // namespace verdict::mutants
