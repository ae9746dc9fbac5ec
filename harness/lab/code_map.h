// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "guest/agent_client.h"
#include "qemu/splat_finder.h"
#include "qemu/symbols.h"

namespace verdict {

/// Where the code of a guest's kernel and of its modules is. It is recorded when a golden image is
/// made, and true for every guest that is forked from it, also for one that answers no more.
class CodeMap {
public:
  struct Module {
    std::map<std::string, uint64_t> sections; ///< ".text" -> its address
    bool out_of_tree = false;                 ///< it did not come with the kernel
  };

  /// Asks a guest, and writes kallsyms and modules.json into a directory.
  static Result<void> record(guest::Agent &agent, const std::filesystem::path &directory);

  /// Reads what record() has written there.
  static Result<CodeMap> load(const std::filesystem::path &directory);

  /// The place in the code that an address is; its function's size is not known (0). Without a
  /// function nothing.
  std::optional<CodePlace> place(uint64_t address) const;

  const std::map<std::string, Module> &modules() const { return modules_; }

private:
  Symbols symbols_;
  std::map<std::string, Module> modules_;
};

} // namespace verdict
