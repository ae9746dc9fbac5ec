// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lab/capability.h"
#include "qemu/architecture.h"

namespace verdict {

/// What scripts/setup fetches, and the others are made of.
inline constexpr std::array<std::string_view, 2> kernels{ "stable", "next" };

/// A kernel that guests run: qemu/kernels/NAME.json.
struct KernelProfile {
  std::string name;   ///< "debug"
  std::string kernel; ///< which of `kernels` it is, or is built from
  bool ours = false;  ///< built by scripts/kernel, not by Debian
  Architecture architecture = x86_64;
  /// How many times as long as Debian's kernel it may take for a frame, roughly.
  unsigned slowness = 1;
  unsigned memory_mib = 0; ///< of its guests, at least
  /// Of their machine, if the column does not say. The firmware tables of "pc" have a program that
  /// makes the interrupt routing anew for each device: 25 seconds of it with all allocations
  /// watched. Those of "q35" have a list.
  std::string chipset;
  std::map<KernelCan, std::string> cannot; ///< with the reason

  bool can(KernelCan what) const { return !cannot.contains(what); }
};

inline constexpr const char *kernel_directory = "qemu/kernels";

/// The profile of a kernel. Error: there is none of this name, or a key in it is wrong.
Result<KernelProfile> load_kernel_profile(const std::string &name,
                                          const std::string &directory = kernel_directory);

} // namespace verdict
