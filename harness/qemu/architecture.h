// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace verdict {

/// What a guest's processor decides about QEMU and the kernel's command line.
struct Architecture {
  const char *qemu_program; ///< is run, and looked up in PATH
  const char *cpu;          ///< as for -cpu, if a machine does not say
  const char *kernel_file;  ///< what boots of a kernel that scripts/kernel has built
  const char *command_line; ///< what only this kernel knows: its console, and what costs time
  bool has_tsc;             ///< the kernel's clock is the time stamp counter
};

inline constexpr Architecture x86_64{
  .qemu_program = "qemu-system-x86_64",
  .cpu = "max",
  .kernel_file = "vmlinux",
  .command_line = "console=ttyS0 unknown_nmi_panic tsc=reliable lpj=4000000 no_timer_check",
  .has_tsc = true,
};

/// "max" would have 52 bits of address and pointer authentication, which cost time under TCG.
inline constexpr Architecture arm64{
  .qemu_program = "qemu-system-aarch64",
  .cpu = "cortex-a72",
  .kernel_file = "Image",
  .command_line = "console=ttyAMA0",
  .has_tsc = false,
};

} // namespace verdict
