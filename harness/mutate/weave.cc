// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/weave.h"

#include <algorithm>

namespace verdict::mutate {

namespace {

struct Insertion {
  size_t at;
  bool closes;      ///< the text behind a piece, not the one in front
  size_t other_end; ///< offset of the piece's other end
  size_t rank;      ///< of two edits of the same piece the lower one is the outer one
  std::string text;
};

// Texts that close a piece come before those that open the next one; and what is inside closes
// first and opens last.
bool comes_first(const Insertion &one, const Insertion &other)
{
  if (one.at != other.at)
    return one.at < other.at;
  if (one.closes != other.closes)
    return one.closes;
  if (one.other_end != other.other_end)
    return one.other_end > other.other_end;
  return one.closes ? one.rank > other.rank : one.rank < other.rank;
}

std::string numbered(std::string text, size_t number)
{
  const std::string condition = "MUTANT(" + std::to_string(number) + ")";
  for (size_t at = 0; (at = text.find(chosen, at)) != text.npos; at += condition.size())
    text.replace(at, chosen.size(), condition);
  return text;
}

bool goes_with_all(const Mutant &mutant, const std::vector<Mutant> &others)
{
  for (const Mutant &other : others) {
    for (const Edit &theirs : other.edits) {
      for (const Edit &edit : mutant.edits) {
        if (!go_together(edit, theirs))
          return false;
      }
    }
  }
  return true;
}

} // namespace

bool go_together(const Edit &one, const Edit &other)
{
  if (one.file != other.file || one.end <= other.begin || other.end <= one.begin)
    return true;
  return (one.begin <= other.begin && other.end <= one.end) ||
         (other.begin <= one.begin && one.end <= other.end);
}

Sources weave(const Sources &sources, const std::vector<Mutant> &mutants)
{
  std::map<std::string, std::vector<Insertion>> insertions;
  for (size_t i = 0; i < mutants.size(); i++) {
    for (const Edit &edit : mutants[i].edits) {
      auto &of_file = insertions[edit.file];
      of_file.push_back({ edit.begin, false, edit.end, i, numbered(edit.before, i + 1) });
      of_file.push_back({ edit.end, true, edit.begin, i, numbered(edit.after, i + 1) });
    }
  }

  Sources woven = sources;
  for (auto &[file, of_file] : insertions) {
    std::stable_sort(of_file.begin(), of_file.end(), comes_first);
    const std::string &from = sources.at(file);
    std::string text;
    size_t done = 0;
    for (const Insertion &insertion : of_file) {
      text.append(from, done, insertion.at - done).append(insertion.text);
      done = insertion.at;
    }
    woven[file] = text.append(from, done);
  }
  return woven;
}

std::vector<Mutant> without_overlaps(const std::vector<Mutant> &mutants)
{
  std::vector<Mutant> kept;
  for (const Mutant &mutant : mutants) {
    if (goes_with_all(mutant, kept))
      kept.push_back(mutant);
  }
  return kept;
}

} // namespace verdict::mutate
