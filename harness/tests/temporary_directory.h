// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace verdict {

/// A directory for a test's files, removed with its content when this goes.
class TemporaryDirectory {
public:
  TemporaryDirectory()
  {
    std::string path = std::filesystem::temp_directory_path() / "verdict.XXXXXX";
    if (::mkdtemp(path.data()))
      path_ = path;
  }
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
  ~TemporaryDirectory()
  {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path &path() const { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace verdict
