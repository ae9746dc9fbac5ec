// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace verdict {

/// The whole of a file. An error names the path.
Result<std::string> read_file(const std::filesystem::path &path);

/// Writes a file so that a reader sees either the old or the new content, never a part.
Result<void> write_file(const std::filesystem::path &path, std::string_view text);

/// open(2) with O_CLOEXEC and mode 0644. An error names the path.
Result<Fd> open_file(const std::filesystem::path &path, int flags);

/// Whether there is something at a path; false also if nobody can tell.
bool file_exists(const std::filesystem::path &path);

/// Removes what is in a directory, and leaves that.
Result<void> empty_folder(const std::filesystem::path &path);

/// rename(2). An error names both paths.
Result<void> rename_file(const std::filesystem::path &from, const std::filesystem::path &to);

/// Removes a file, or a directory with all that is in it; well if there is none. An error names the
/// path.
Result<void> remove_tree(const std::filesystem::path &path);

/// A path as seen from the current directory.
Result<std::filesystem::path> relative_path(const std::filesystem::path &path);

/// Creates a directory and its parents. An error names the path.
Result<void> make_directories(const std::filesystem::path &path);

/// The directory of the running program.
std::filesystem::path program_directory();

/// An exclusive lock (flock) on a file, held until destroyed; waits for whoever has it.
class FileLock {
public:
  static Result<FileLock> take(const std::filesystem::path &path);

  /// As take(), on a folder, which is made if there is none; does not wait. Nothing if somebody has
  /// it. Whoever has it may remove the folder.
  static Result<std::optional<FileLock>> take_folder(const std::filesystem::path &path);

private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

} // namespace verdict
