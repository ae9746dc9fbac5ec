// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/line_socket.h"
#include "base/result.h"
#include "qemu/machine.h"

namespace verdict {

/// A client of QEMU's qtest protocol: reads and writes a running machine's memory and device
/// registers from outside, by physical address. Writes from here come at any time; to change
/// several places at once, stop the guest first (QMP "stop").
class Qtest {
public:
  /// Has a machine serve the protocol on a new socket. Once for each machine, which needs nothing
  /// on its command line for it.
  static Result<Qtest> open(Machine &machine);

  /// Takes a connected stream socket.
  explicit Qtest(Fd socket) : socket_(std::move(socket)) {}

  Result<uint32_t> readl(uint64_t address);
  Result<void> writel(uint64_t address, uint32_t value);

  /// Memory.
  Result<std::vector<uint8_t>> read(uint64_t address, size_t size);
  Result<void> write(uint64_t address, std::span<const uint8_t> bytes);

private:
  Result<std::string> command(const std::string &line);
  Result<std::string> next_line(const Deadline &deadline);

  LineSocket socket_;
};

} // namespace verdict
