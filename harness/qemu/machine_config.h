// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "qemu/architecture.h"

namespace verdict {

/// A NIC of the machine. NIC i of the list has the addresses of NicAddress::of(i).
struct NicConfig {
  std::string model;        ///< as for -device: "virtio-net-pci"
  std::string options = {}; ///< more of that: "autonegotiation=off,mitigation=off"
  std::string bus = {};     ///< the id of one of the machine's devices, if the NIC is behind that
};

/// A virtual machine. Two machines made from equal configurations have equal devices, which is what
/// a migration stream demands.
struct MachineConfig {
  std::string name;               ///< of the profile, for messages and the golden image
  std::filesystem::path kernel;   ///< an ELF vmlinux (boots through PVH, fast), a bzImage or Image
  std::filesystem::path initrd;   ///< what it boots into
  std::string extra_command_line; ///< is added to the one that all have
  std::vector<NicConfig> nics;
  Architecture architecture = x86_64;
  std::string chipset = "pc"; ///< QEMU's machine type: "pc", "q35" or "virt"
  unsigned memory_mib = 256;  ///< small: the golden image's size follows what is touched
  unsigned cpus = 1;
  std::vector<std::string> devices = {}; ///< further ones, as for -device: "intel-iommu"
  std::string cpu = {};                  ///< if it has to be another than the architecture's
  /// The guest's time goes on by its instructions, one a nanosecond, not by the host's clock: a
  /// busy guest then has as many timer interrupts in every run.
  bool counted_time = false;
  std::filesystem::path disk = {}; ///< an image that the guest can read (virtio)
  /// One cable joins the two NICs, and none comes to the harness.
  bool joined = false;
  /// It has a terminal for people, hvc0, beside the serial log.
  bool console = false;
};

/// A TCG plugin that watches a machine; no part of what two machines must have in common.
struct Plugin {
  std::filesystem::path file; ///< a shared object; empty for none
  int fd = -1;                ///< is passed on to it
};

/// Numbers and paths that differ from run to run; the rest of QEMU's arguments does not.
struct Plumbing {
  std::string serial_log; ///< path
  std::string trace_log;  ///< path; trace events go there
  int qmp_fd = 0;
  int agent_fd = 0;
  int console_fd = 0;    ///< of the terminal, if there is one
  int first_wire_fd = 0; ///< NIC i uses first_wire_fd + i
  bool incoming = false; ///< waits for migrate-incoming instead of booting
  std::string plugin;    ///< path of a TCG plugin; "" for none
  int plugin_fd = 0;     ///< what it is told as fd=
  unsigned tsc_khz = 0;  ///< how fast the host's counter counts that the guest reads; 0 to have the
                         ///< guest find out, which fails where it waits for a CPU
};

/// Where a NIC is on the PCI bus, unless its profile puts it behind a bridge: "0000:00:10.0".
std::string nic_pci_address(unsigned index);

/// QEMU's arguments, its name first.
std::vector<std::string> qemu_arguments(const MachineConfig &config, const Plumbing &plumbing);

} // namespace verdict
