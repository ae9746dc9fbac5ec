// SPDX-License-Identifier: GPL-2.0-only
// Offsets from the kernel's Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
#include "qemu/kernel_image.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"

namespace verdict {

namespace {

constexpr size_t setup_sects = 0x1f1, magic = 0x202, payload_offset = 0x248, payload_length = 0x24c;

uint32_t u32_at(const std::string &image, size_t offset)
{
  uint32_t value;
  std::memcpy(&value, image.data() + offset, sizeof(value));
  return value;
}

} // namespace

Result<std::filesystem::path> vmlinux_of(const std::filesystem::path &bzimage,
                                         const std::filesystem::path &cache)
{
  auto digest = file_sha256(bzimage, cache / "digests");
  if (!digest)
    return tl::unexpected(digest.error());
  const std::filesystem::path vmlinux = cache / ("vmlinux-" + digest->substr(0, 16));
  auto lock = FileLock::take(cache / "vmlinux.lock");
  if (!lock)
    return tl::unexpected(lock.error());
  if (std::filesystem::exists(vmlinux))
    return vmlinux;

  auto image = read_file(bzimage);
  if (!image)
    return tl::unexpected(image.error());
  if (image->size() < 0x260 || image->compare(magic, 4, "HdrS") != 0)
    return fail(bzimage.string() + " is no bzImage");
  const size_t sectors = static_cast<uint8_t>((*image)[setup_sects]);
  const size_t start = ((sectors ? sectors : 4) + 1) * 512 + u32_at(*image, payload_offset);
  const size_t length = u32_at(*image, payload_length);
  if (start + length > image->size())
    return fail(bzimage.string() + " is cut short");
  // Behind the compressed data the payload ends with the size of what is in it, 4 bytes.
  const std::filesystem::path packed = vmlinux.string() + ".zst";
  const std::filesystem::path part = vmlinux.string() + ".part";
  if (auto done = write_file(packed, std::string_view(*image).substr(start, length - 4)); !done)
    return tl::unexpected(done.error());

  auto zstd =
      Child::spawn({ .arguments = { "zstd", "-dqf", packed, "-o", part }, .descriptors = {} });
  if (!zstd)
    return tl::unexpected(zstd.error());
  zstd->wait(Deadline(milliseconds(60000)));
  std::filesystem::remove(packed);
  if (!zstd->exited_well())
    return fail("zstd cannot unpack the kernel in " + bzimage.string());
  std::filesystem::rename(part, vmlinux);
  return vmlinux;
}

} // namespace verdict
