// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "cost/counters.h"
#include "guest/agent_client.h"
#include "qemu/machine.h"
#include "qemu/symbols.h"

namespace verdict::cost {

/// DPDK's testpmd in a guest, forwarding on NIC 0, which it has taken from the kernel.
class Testpmd {
public:
  /// Frames that it asks for at a time.
  static constexpr size_t burst = 32;

  /// Starts it in a forwarding mode and waits until it receives. The guest's image must be the one
  /// that scripts/dpdk-image makes. Error: what it says.
  static Result<Testpmd> start(Machine &machine, Counters &counters, guest::Agent &agent,
                               const std::string &mode, unsigned ring, const Frame &frame);

  /// Its program and libraries, each as one function.
  Result<void> name_mappings(Symbols &symbols) const { return symbols.add_mappings(maps_); }

  /// Where the function begins with which it asks the NIC for frames.
  uint64_t poll() const { return poll_; }

private:
  Testpmd(std::string maps, uint64_t poll) : maps_(std::move(maps)), poll_(poll) {}

  std::string maps_; // /proc/PID/maps
  uint64_t poll_ = 0;
};

} // namespace verdict::cost
