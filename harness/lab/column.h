// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "guest/agent_client.h"
#include "qemu/machine_config.h"

namespace verdict {

/// Which driver a NIC of the guest gets.
enum class Driver {
  patched, ///< this project's e1000
  stock,   ///< the kernel's e1000
  virtio,  ///< the kernel's virtio_net
  vmxnet3, ///< the kernel's vmxnet3
};

/// What sets a column's machine apart from the usual one.
struct MachineVariant {
  std::string command_line = {}; ///< is added to the kernel's
  std::string chipset = {};      ///< if it has to be this one
  std::vector<std::string> devices = {};
  unsigned cpus = 1;
  unsigned memory_mib = 0; ///< at least
  std::string cpu = {};    ///< if it has to be this one
  bool counted_time = false;
  std::string image = {}; ///< if the guest's is another: "dpdk" is initrd-dpdk.cpio
};

/// A column of the matrix: the device under test, its driver, and the mode XDP programs run in.
/// nic0 is the device under test, nic1 another device with the same driver, nic2 one with another.
struct Column {
  std::string name;    ///< "e1000-82540em"
  Driver driver;       ///< of nic0
  guest::XdpMode mode; ///< native, or generic where the driver has no XDP of its own
  std::vector<NicConfig> nics;
  MachineVariant machine = {};

  bool native() const { return mode == guest::XdpMode::native; }

  /// The name as GoogleTest allows it: "e1000_82540em".
  std::string test_name() const;
};

/// All columns, in the matrix's order.
const std::vector<Column> &columns();

/// Those of this project's driver, for tests of what is its own affair.
std::vector<Column> patched_columns();

/// Drivers with XDP of their own, this project's first.
const std::vector<Column> &native_columns();

/// Further columns, of this project's driver: machines on which the same frames take other ways
/// through memory. They are for few cases, as there are few ways.
const std::vector<Column> &machine_columns();

/// The one with several CPUs.
const Column &smp_column();

/// The one whose NICs are behind a bridge, "bridge", that reports errors (PCIe AER).
const Column &bridge_column();

void PrintTo(const Column &column, std::ostream *stream);

} // namespace verdict
