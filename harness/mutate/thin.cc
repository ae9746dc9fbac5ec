// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/thin.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/digest.h"

namespace verdict::mutate {

std::vector<Mutant> thin(const std::vector<Mutant> &mutants, size_t at_most)
{
  std::vector<std::pair<std::string, size_t>> drawn; // digest and index of a mutant
  for (size_t i = 0; i < mutants.size(); i++) {
    const Mutant &mutant = mutants[i];
    drawn.push_back({ sha256(mutant.file() + mutant.function + mutant.what), i });
  }
  std::sort(drawn.begin(), drawn.end());

  using Line = std::pair<std::string, unsigned>;
  std::map<Line, size_t> of_line;                 // how many of a line were drawn
  std::vector<std::pair<size_t, size_t>> in_turn; // 0 or the turn in its line, and index
  for (const auto &[digest, i] : drawn) {
    const Mutant &mutant = mutants[i];
    in_turn.push_back({ mutant.by_hand() ? 0 : ++of_line[Line{ mutant.file(), mutant.line }], i });
  }
  std::stable_sort(in_turn.begin(), in_turn.end(),
                   [](const auto &one, const auto &other) { return one.first < other.first; });
  in_turn.resize(std::min(in_turn.size(), at_most));

  std::vector<size_t> taken;
  for (const auto &[turn, i] : in_turn)
    taken.push_back(i);
  std::sort(taken.begin(), taken.end());
  std::vector<Mutant> kept;
  for (const size_t i : taken)
    kept.push_back(mutants[i]);
  return kept;
}

} // namespace verdict::mutate
