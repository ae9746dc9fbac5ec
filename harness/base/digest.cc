// SPDX-License-Identifier: GPL-2.0-only
#include "base/digest.h"

#include <openssl/sha.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/file.h"

namespace verdict {

std::string sha256(std::string_view text)
{
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest)
    hex += fmt::format("{:02x}", byte);
  return hex;
}

Result<std::string> file_sha256(const std::filesystem::path &path,
                                const std::filesystem::path &memory)
{
  struct stat now;
  if (::stat(path.c_str(), &now) < 0)
    return fail_errno(path.string());
  const std::string state = fmt::format(
      "{} {}:{} {} {}.{:09} {}.{:09}\n", path.string(), now.st_dev, now.st_ino, now.st_size,
      now.st_mtim.tv_sec, now.st_mtim.tv_nsec, now.st_ctim.tv_sec, now.st_ctim.tv_nsec);

  const std::filesystem::path note = memory / sha256(path.string());
  if (auto known = read_file(note); known && known->starts_with(state))
    return known->substr(state.size());

  auto content = TRY(read_file(path));
  const std::string digest = sha256(content);
  TRY(make_directories(memory));
  TRY(write_file(note, state + digest));
  return digest;
}

} // namespace verdict
