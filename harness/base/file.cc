// SPDX-License-Identifier: GPL-2.0-only
#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace verdict {

namespace fs = std::filesystem;

Result<Fd> open_file(const fs::path &path, int flags)
{
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!fd)
    return fail_errno("open " + path.string());
  return fd;
}

Result<std::string> read_file(const fs::path &path)
{
  auto fd = TRY(open_file(path, O_RDONLY));
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t size = ::read(fd.get(), buffer, sizeof(buffer));
    if (size < 0)
      return fail_errno("read " + path.string());
    if (size == 0)
      return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

Result<void> write_file(const fs::path &path, std::string_view text)
{
  const fs::path part = path.string() + "." + std::to_string(::getpid());
  auto fd = TRY(open_file(part, O_WRONLY | O_CREAT | O_TRUNC));
  while (!text.empty()) {
    const ssize_t size = ::write(fd.get(), text.data(), text.size());
    if (size < 0)
      return fail_errno("write " + part.string());
    text.remove_prefix(static_cast<size_t>(size));
  }
  return rename_file(part, path);
}

bool file_exists(const fs::path &path)
{
  return ::access(path.c_str(), F_OK) == 0;
}

Result<void> rename_file(const fs::path &from, const fs::path &to)
{
  if (::rename(from.c_str(), to.c_str()) < 0)
    return fail_errno("rename " + from.string() + " to " + to.string());
  return {};
}

Result<void> remove_tree(const fs::path &path)
{
  std::error_code error;
  fs::remove_all(path, error);
  if (error)
    return fail("remove " + path.string() + ": " + error.message());
  return {};
}

Result<void> empty_folder(const fs::path &path)
{
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    TRY(remove_tree(at->path()));
  if (error)
    return fail("empty " + path.string() + ": " + error.message());
  return {};
}

Result<fs::path> relative_path(const fs::path &path)
{
  std::error_code error;
  fs::path relative = fs::relative(path, error);
  if (error)
    return fail("find " + path.string() + " from the current directory: " + error.message());
  return relative;
}

Result<void> make_directories(const fs::path &path)
{
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    return fail("create " + path.string() + ": " + error.message());
  return {};
}

fs::path program_directory()
{
  return fs::read_symlink("/proc/self/exe").parent_path();
}

Result<FileLock> FileLock::take(const fs::path &path)
{
  auto fd = TRY(open_file(path, O_RDWR | O_CREAT));
  while (::flock(fd.get(), LOCK_EX) < 0) {
    if (errno != EINTR)
      return fail_errno("lock " + path.string());
  }
  return FileLock(std::move(fd));
}

namespace {

/// The path leads to this open file: nobody has removed or replaced it since.
bool is_at(const Fd &file, const fs::path &path)
{
  struct stat ours, theirs;
  return ::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

} // namespace

Result<std::optional<FileLock>> FileLock::take_folder(const fs::path &path)
{
  for (;;) {
    TRY(make_directories(path));
    Fd folder = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
    if (::flock(folder.get(), LOCK_EX | LOCK_NB) < 0) {
      if (errno == EWOULDBLOCK)
        return std::nullopt;
      return fail_errno("lock " + path.string());
    }
    if (is_at(folder, path))
      return FileLock(std::move(folder));
  }
}

} // namespace verdict
