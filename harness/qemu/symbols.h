// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace verdict {

/// A function of the guest's kernel.
struct Symbol {
  uint64_t address = 0;
  std::string name;
  std::string module; ///< "e1000", "bpf"; "" for the kernel itself
};

/// The functions of a guest, by address.
class Symbols {
public:
  /// Adds what /proc/kallsyms says: lines of "address type name [module]". Only functions are
  /// taken. Error: a line of another form, or addresses that the kernel hides (kptr_restrict).
  Result<void> add(std::string_view kallsyms);

  /// Adds what /proc/PID/maps says: each file's code as one function, of module "user".
  Result<void> add_mappings(std::string_view maps);

  /// The function that an address lies in: the one that begins at or last before it. Null for
  /// addresses of user space, before the first, and in a gap between the kernel and modules.
  const Symbol *find(uint64_t address) const;

  /// The address of the function of this name in this module; 0 if there is none.
  uint64_t address_of(std::string_view name, std::string_view module = "") const;

  size_t size() const { return symbols_.size(); }

private:
  void sort();

  std::vector<Symbol> symbols_; // sorted by address, one for each
};

} // namespace verdict
