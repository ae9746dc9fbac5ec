// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "base/fd.h"
#include "base/result.h"
#include "qemu/plugin/counters.h"

namespace verdict::cost {

/// A register of one of the guest's devices.
struct Register {
  std::string device;  ///< QEMU's name of the memory region: "e1000-mmio"
  uint64_t offset = 0; ///< in the device, or the physical address, which tells two of a kind apart

  auto operator<=>(const Register &) const = default;
};

struct Accesses {
  double reads = 0, writes = 0;
};

/// What a guest has done: how often each instruction was begun, by its address, and each register
/// accessed. Counts of an average are fractions.
struct Counts {
  std::unordered_map<uint64_t, double> instructions;
  std::map<Register, Accesses> registers;

  /// Adds other, `factor` times.
  void add(const Counts &other, double factor);
};

/// The memory that the plugin (qemu/plugin/counters.c) counts in.
class Counters {
public:
  static Result<Counters> create();

  Counters(Counters &&other) noexcept;
  Counters &operator=(Counters &&) = delete;
  ~Counters();

  /// To be given to the plugin.
  int fd() const { return file_.get(); }

  /// What the guest has done since it was started, exact while it is idle. Error: the plugin was
  /// not loaded, is one of another layout, or has run out of slots.
  Result<Counts> read() const;

  /// Changes whenever the guest runs.
  uint64_t activity() const { return __atomic_load_n(&page_->blocks, __ATOMIC_RELAXED); }

  /// The guest waits whenever it comes to this address, until it is let pass. 0: nowhere.
  void set_gate(uint64_t address);
  /// It waits now.
  bool at_gate() const;
  void pass();
  /// How often it has come to the gate.
  uint32_t visits() const { return __atomic_load_n(&page_->waiting, __ATOMIC_ACQUIRE); }

private:
  Counters(Fd file, cost_page *page) : file_(std::move(file)), page_(page) {}

  Fd file_;
  cost_page *page_;
};

} // namespace verdict::cost
