// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "nic/e1000_registers.h"
#include "qemu/machine.h"
#include "qemu/qtest.h"
#include "qemu/register_trace.h"

namespace verdict {

/// What a device says of a buffer that it has filled, whether that is true or not.
struct RxWriteBack {
  uint16_t length = 0; ///< with FCS
  uint8_t status = e1000::rx::dd | e1000::rx::eop;
  uint8_t errors = 0;
  std::vector<uint8_t> data = {}; ///< is put into the buffer
};

/// An e1000 of a guest that lies: its receive descriptors are written from outside, between two
/// instructions of the guest.
class HostileNic {
public:
  /// The driver of NIC `nic` keeps `spare` descriptors of a full ring for itself. Error: the NIC
  /// has no registers, or QEMU cannot be told to write to them.
  static Result<HostileNic> open(Machine &machine, size_t nic, uint32_t spare);

  /// Writes back the next descriptors that the device owns, as if it had received, and raises the
  /// interrupt. Waits before that until the driver has filled the ring. Error: the device does not
  /// own that many.
  Result<void> receive(const std::vector<RxWriteBack> &buffers);

  /// Writes to the one descriptor that has no buffer when the ring is full.
  Result<void> write_back_empty_slot(const RxWriteBack &buffer);

  /// How many descriptors receive() can write back at once.
  Result<size_t> owned();

  /// Lets the device send, or stops it: what is posted then stays in the ring.
  Result<void> send(bool on);

  /// Tx descriptors that the device has been told of and has not sent.
  Result<size_t> unsent();

  /// Of each of them the word with length and command.
  Result<std::vector<uint32_t>> unsent_commands();

  /// Says of the first of them, by DD, that they are done. Error: there are not so many.
  Result<void> call_unsent_done(uint32_t count);

  Qtest &qtest() { return qtest_; }
  uint64_t register_address(uint64_t offset) const { return registers_.address + offset; }

private:
  HostileNic(Machine &machine, Qtest qtest, NicRegisters registers, uint32_t spare)
      : machine_(&machine), qtest_(std::move(qtest)), registers_(registers), spare_(spare)
  {
  }

  struct Ring {
    uint64_t base;
    uint32_t count, head, tail;

    /// From head to tail, the device's.
    uint32_t owned() const { return (tail + count - head) % count; }
  };
  Result<Ring> ring(uint64_t first);
  Result<void> until_full();
  Result<void> write_back(const Ring &ring, uint32_t slot, const RxWriteBack &buffer);
  Result<void> write_back_all(const std::vector<RxWriteBack> &buffers);
  template <typename Change>
  Result<void> while_stopped(Change change);

  Machine *machine_;
  Qtest qtest_;
  NicRegisters registers_;
  uint32_t spare_;
};

} // namespace verdict
