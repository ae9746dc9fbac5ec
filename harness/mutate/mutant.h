// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace verdict::mutate {

/// What stands in an edit's texts for the condition that is true while the mutant is chosen.
inline constexpr std::string_view chosen = "$MUTANT";

/// Text put around a piece of a source file, whose own text stays. So edits of one file go
/// together: one may lie inside another, but they may not overlap otherwise.
struct Edit {
  std::string file;   ///< below the tree
  size_t begin = 0;   ///< offset of the piece
  size_t end = 0;     ///< offset behind it
  std::string before; ///< goes in front of it
  std::string after;  ///< goes behind it
};

/// A fault: with the mutant chosen the program does something else, else nothing is different.
struct Mutant {
  std::vector<Edit> edits;
  unsigned line = 0;    ///< of the first edit, from 1
  std::string function; ///< that the first edit lies in; empty outside of functions
  std::string kind;     ///< one word for the way the fault was made: "call-left-out"
  std::string what;     ///< what is wrong, for a person
  std::string source;   ///< where a fault that a person wrote down comes from, else empty

  const std::string &file() const { return edits.front().file; }
  bool by_hand() const { return !source.empty(); }
};

} // namespace verdict::mutate
