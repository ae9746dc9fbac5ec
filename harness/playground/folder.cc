// SPDX-License-Identifier: GPL-2.0-only
#include "playground/folder.h"

#include <unistd.h>

namespace verdict::playground {

namespace fs = std::filesystem;

Result<Folder> Folder::make(const fs::path &parent)
{
  TRY(make_directories(parent));
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(parent, error)) {
    if (const auto lock = TRY(FileLock::take_folder(entry.path())); lock)
      TRY(remove_tree(entry.path()));
  }
  const fs::path path = parent / std::to_string(::getpid());
  auto lock = TRY(FileLock::take_folder(path));
  if (!lock)
    return fail(path.string() + " belongs to another process");
  return Folder(path, std::move(*lock));
}

void Folder::remove()
{
  constexpr int most_tries = 5;
  // A QEMU that ends meanwhile removes its sockets itself, and an entry that is gone is an error.
  std::error_code error;
  for (int tries = 0; lock_ && tries < most_tries; tries++) {
    fs::remove_all(path_, error);
    if (!error)
      break;
  }
  lock_.reset();
}

} // namespace verdict::playground
