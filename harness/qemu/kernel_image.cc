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
  const std::string digest = TRY(file_sha256(bzimage, cache / "digests"));
  const std::filesystem::path vmlinux = cache / ("vmlinux-" + digest.substr(0, 16));
  const FileLock lock = TRY(FileLock::take(cache / "vmlinux.lock"));
  if (file_exists(vmlinux))
    return vmlinux;

  const std::string image = TRY(read_file(bzimage));
  if (image.size() < 0x260 || image.compare(magic, 4, "HdrS") != 0)
    return fail(bzimage.string() + " is no bzImage");
  const size_t sectors = static_cast<uint8_t>(image[setup_sects]);
  const size_t start = ((sectors ? sectors : 4) + 1) * 512 + u32_at(image, payload_offset);
  const size_t length = u32_at(image, payload_length);
  if (start + length > image.size())
    return fail(bzimage.string() + " is cut short");
  // Behind the compressed data the payload ends with the size of what is in it, 4 bytes.
  const std::filesystem::path packed = vmlinux.string() + ".zst";
  const std::filesystem::path part = vmlinux.string() + ".part";
  TRY(write_file(packed, std::string_view(image).substr(start, length - 4)));

  const auto unpacked = output_of({ "zstd", "-dqf", packed, "-o", part }, milliseconds(60000));
  TRY(remove_tree(packed));
  if (!unpacked)
    return fail("the kernel in " + bzimage.string() +
                " cannot be unpacked: " + unpacked.error().message);
  TRY(rename_file(part, vmlinux));
  return vmlinux;
}

} // namespace verdict
