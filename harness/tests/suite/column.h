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
};

/// A column of the matrix: the device under test, its driver, and the mode XDP programs run in.
/// nic0 is the device under test, nic1 another device with the same driver, nic2 one with another.
struct Column {
  std::string name;    ///< "e1000-82540em"
  Driver driver;       ///< of nic0
  guest::XdpMode mode; ///< native, or generic where the driver has no XDP of its own
  std::vector<NicConfig> nics;

  bool native() const { return mode == guest::XdpMode::native; }

  /// The name as GoogleTest allows it: "e1000_82540em".
  std::string test_name() const;
};

/// All columns, in the matrix's order.
const std::vector<Column> &columns();

/// Those of this project's driver, for tests of what is its own affair.
std::vector<Column> patched_columns();

void PrintTo(const Column &column, std::ostream *stream);

} // namespace verdict
