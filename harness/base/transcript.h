// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace verdict {

/// A file of what was said over a line, each message with its time (seconds since 1970). Of a long
/// message the middle is left out, and how long that was is said.
class Transcript {
public:
  static Result<Transcript> create(const std::filesystem::path &path);

  /// `arrow` says who spoke: "->" we, "<-" the other.
  void note(std::string_view arrow, std::string_view message);

private:
  struct CloseFile {
    void operator()(FILE *file) const { std::fclose(file); }
  };

  explicit Transcript(FILE *file) : file_(file) {}

  std::unique_ptr<FILE, CloseFile> file_;
};

} // namespace verdict
