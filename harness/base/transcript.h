// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace verdict {

/// A file of what was said over a line, each message with its time (seconds since 1970). Of a long
/// message the middle is left out, and how long that was is said. Several threads may write.
class Transcript {
public:
  static Result<Transcript> create(const std::filesystem::path &path);

  /// `arrow` says who spoke: "->" we, "<-" the other.
  void note(std::string_view arrow, std::string_view message);

  /// Error: the first that a message met; the file lacks something.
  Result<void> complete() const;

private:
  struct Log;
  struct Close {
    void operator()(Log *log) const;
  };

  explicit Transcript(Log *log) : log_(log) {}

  std::unique_ptr<Log, Close> log_;
};

} // namespace verdict
