// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>

#include "base/file.h"
#include "base/result.h"

namespace verdict::playground {

/// A folder of a process's own, which goes with it.
class Folder {
public:
  /// Makes one below `parent`, and removes those there whose processes are gone.
  static Result<Folder> make(const std::filesystem::path &parent);

  Folder(Folder &&) = default;
  ~Folder() { remove(); }

  const std::filesystem::path &path() const { return path_; }

  /// Removes it now.
  void remove();

  /// It is to stay: somebody will want to read what is in it.
  void keep() { lock_.reset(); }

private:
  Folder(std::filesystem::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock))
  {
  }

  std::filesystem::path path_;
  std::optional<FileLock> lock_;
};

} // namespace verdict::playground
