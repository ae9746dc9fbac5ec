// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace verdict::mutants {

/// A fault that scripts/mutants has put into the modules, to be chosen by its number.
struct Mutant {
  int id = 0; ///< 1 or more; another build may number it otherwise
  std::string file;
  unsigned line = 0;
  std::string function;
  std::string kind;        ///< "call-left-out"
  std::string what;        ///< for people: "page_pool_put_page(...) is left out"
  std::string source = {}; ///< where a real bug of this kind is told of; "" if generated
  /// Its name: file, function and text, which stay when lines and numbers change.
  std::string key = {};

  /// "net/core/xdp_ring.c:123".
  std::string place() const { return file + ":" + std::to_string(line); }
};

/// All faults of one build.
struct Catalogue {
  std::string release; ///< of the kernel that the modules are for
  std::vector<Mutant> mutants;

  /// Null if there is none.
  const Mutant *find(const std::string &key) const;
  const Mutant *find(int id) const;
};

/// Reads out/mutants/mutants.json. Error: another form, a name or number that
/// is given twice, a number below 1.
Result<Catalogue> read_catalogue(const std::string &text);

} // namespace verdict::mutants
