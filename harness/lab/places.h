// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// Where a run takes its parts from and puts its things. The kernel is by default the one that
/// scripts/setup has chosen, the image what scripts/guest-image makes of it. VERDICT_KERNEL names
/// another: "debug" is what scripts/kernel has put into out/kernel/debug, and its image; a path is
/// the file of a kernel like Debian's, with VERDICT_INITRD its image.
struct Places {
  std::filesystem::path out;    ///< "out", from the project's top
  std::filesystem::path kernel; ///< bzImage or vmlinux
  std::filesystem::path initrd;
  std::filesystem::path source;  ///< of Debian's kernel
  std::filesystem::path symbols; ///< below it are modules, and a kernel of our own, not stripped
  std::string kernel_name;       ///< "debug"; "" for the default
  std::string release;           ///< of the default kernel: "6.12.117+deb12-amd64"
  KernelProfile kernel_profile;

  /// Where a test leaves its evidence; runs on different kernels do not meet.
  std::filesystem::path run() const;

  /// Also lets time limits be as long as that kernel needs (set_guest_slowness()).
  static Result<Places> find();
};

/// The profile of the kernel that VERDICT_KERNEL names.
Result<KernelProfile> chosen_kernel_profile();

} // namespace verdict
