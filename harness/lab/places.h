// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// Where a run takes its parts from and puts its things. VERDICT_KERNEL names the kernel: one of
/// qemu/kernels ("stable" by default), or, as a path, the file of one like stable, with
/// VERDICT_INITRD its image. Debian's are what scripts/setup has chosen, ours what scripts/kernel
/// has built; the image is what scripts/guest-image makes for it.
struct Places {
  std::filesystem::path out;    ///< "out", from the project's top: out_directory()
  std::filesystem::path kernel; ///< bzImage, vmlinux or Image
  std::filesystem::path initrd;
  std::filesystem::path source;  ///< of Debian's kernel
  std::filesystem::path tree;    ///< files that scripts/assemble has put into it
  std::filesystem::path symbols; ///< below it are modules, and a kernel of our own, not stripped
  std::string kernel_name;       ///< "debug"; "" for stable
  std::string release;           ///< of Debian's kernel: "6.12.117+deb12-amd64"; "" for others
  KernelProfile kernel_profile;

  /// Where a test leaves its evidence; runs on different kernels do not meet.
  std::filesystem::path run() const;

  /// Also lets time limits be as long as that kernel needs (set_guest_slowness()).
  static Result<Places> find();
};

/// Where the things are that this program was built with, from the current directory; the programs
/// themselves are in harness/ below it.
Result<std::filesystem::path> out_directory();

/// The profile of the kernel that VERDICT_KERNEL names.
Result<KernelProfile> chosen_kernel_profile();

} // namespace verdict
