// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "evidence/source_lines.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"

namespace verdict {

/// The folder of one test, from which somebody who was not there finds out why it failed. The
/// machine writes its logs and captures there; this adds agent.log, state.json, failure.txt and
/// repro.sh.
class Evidence {
public:
  /// Makes the folder anew, with repro.sh in it, so that it is there however the test ends. `suite`
  /// is the program that runs the test. Error: the same test runs already.
  static Result<Evidence> begin(const std::string &test, const std::filesystem::path &folder,
                                const std::filesystem::path &suite);

  const std::filesystem::path &folder() const { return folder_; }
  const std::string &rerun() const { return rerun_; } ///< the command that runs the test again

  /// Lines of source for the guest's code, once it is known where that is.
  void know_code(SourceLines lines) { lines_ = std::move(lines); }
  SourceLines *lines() { return lines_ ? &*lines_ : nullptr; }

  /// Has what is said to the agent written down.
  Result<void> record(guest::Agent &agent) const;

  /// Writes state.json at the first failure; later ones, which may only follow from it, are not
  /// looked at. `when` says which failure that is.
  void take_state(Machine &machine, guest::Agent *agent, const std::vector<std::string> &ifnames,
                  const std::string &when);

  /// What tells the story of the test, as failure.txt.
  struct Ending {
    std::vector<std::string> said; ///< its failures
    std::string guest;             ///< how the guest ended
    std::string overdue;           ///< where the test was when its time was over, or ""
  };
  Result<void> conclude(const Ending &ending) const;

  /// Removes the folder: all is well.
  Result<void> discard() const;

private:
  Evidence() = default;

  std::string test_;
  std::filesystem::path folder_;
  std::string rerun_;
  std::optional<SourceLines> lines_;
  std::optional<FileLock> lock_; ///< of the folder
  bool has_state_ = false;
};

} // namespace verdict
