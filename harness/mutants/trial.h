// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace verdict::mutants {

/// What one run of one test said.
enum class Outcome {
  passed,
  failed,
  skipped,
  error, ///< the harness did not do its work: it crashed, QEMU died, no mutant was chosen
};

/// One run of one test on one mutant.
struct Trial {
  std::string digest; ///< of all that it depends on: mutants, guest, suite, profiles, QEMU
  std::string kernel; ///< "fast" or "debug"
  std::string mutant; ///< its key; "" if none was chosen
  std::string test;   ///< "Nic/Tx.FramesComeBack/e1000_82540em"
  Outcome outcome = Outcome::passed;
  std::string how = {};  ///< it failed: "panic", "hang", "splat", "time limit", "wrong result"
  std::string said = {}; ///< the beginning of what it said of that, in one line
  double seconds = 0;
  /// Numbers of the mutants that the test reached, if it could tell.
  std::optional<std::vector<int>> reached = {};
};

/// A line of JSON, with its line end, and all of such a file. Error: another form.
std::string to_line(const Trial &trial);
Result<std::vector<Trial>> read_trials(const std::string &text);

/// A file that trials are appended to as they end, by several threads.
class Journal {
public:
  explicit Journal(std::filesystem::path path) : path_(std::move(path)) {}

  /// What is in it so far; nothing if there is no such file.
  Result<std::vector<Trial>> read() const;
  Result<void> append(const Trial &trial);

  /// Takes out all trials of these mutants.
  Result<void> forget(const std::set<std::string> &mutants);

private:
  std::filesystem::path path_;
  std::mutex mutex_;
};

} // namespace verdict::mutants
