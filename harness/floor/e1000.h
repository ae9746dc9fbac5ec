// SPDX-License-Identifier: GPL-2.0-only
// A driver for Intel's 82540EM in user space: what the device itself asks for, and nothing else.
// Sections are those of Intel's "PCI/PCI-X Family of Gigabit Ethernet Controllers Software
// Developer's Manual" (8254x).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "floor/dma_memory.h"

namespace verdict::floor {

/// What the device writes when it has received a frame, and where to (section 3.2.3).
struct RxDescriptor {
  uint64_t address;
  uint16_t length;
  uint16_t checksum;
  uint8_t status;
  uint8_t errors;
  uint16_t vlan_tag;
};
static_assert(sizeof(RxDescriptor) == 16);

/// A frame for the device to send, in the legacy format (section 3.3.3).
struct TxDescriptor {
  uint64_t address;
  uint16_t length;
  uint8_t checksum_offset;
  uint8_t command;
  uint8_t status;
  uint8_t checksum_start;
  uint16_t vlan_tag;
};
static_assert(sizeof(TxDescriptor) == 16);

/// A received frame, in one buffer. The device has checked its FCS and taken it off.
struct Frame {
  uint8_t *data;
  uint32_t length;
  uint32_t buffer; ///< number of the buffer that it is in
};

/// An 82540EM that this process has to itself. Rings and buffers are in one huge page.
class E1000 {
public:
  static constexpr uint32_t ring_size = 256;

  /// Takes a device from whichever driver has it, resets it, and sets its rings up. `slot` is its
  /// PCI address: "0000:00:10.0". Error: what could not be done; root is needed for all of it.
  static Result<std::unique_ptr<E1000>> open(const std::string &slot);

  E1000(Mapping registers, DmaMemory memory);
  E1000(const E1000 &) = delete;
  /// Stops the device: it must not write to memory that is somebody else's.
  ~E1000();

  /// The address that the device has from its EEPROM.
  std::array<uint8_t, 6> mac() const;

  /// Shows `handle` up to `most` frames that have come. It returns whether it has taken the frame's
  /// buffer; it then gives it to send() or give_back(). Else the device receives into it again.
  /// Returns how many there were.
  template <typename Handle>
  uint32_t receive(uint32_t most, Handle &&handle)
  {
    uint32_t count = 0;
    for (; count < most; count++) {
      volatile RxDescriptor &descriptor = rx_ring_[rx_next_];
      // The device writes the rest before this bit.
      if (!(descriptor.status & descriptor_done))
        break;
      std::atomic_thread_fence(std::memory_order_acquire);
      uint32_t &buffer = rx_buffers_[rx_next_];
      if (handle(Frame{ data_of(buffer), descriptor.length, buffer })) {
        buffer = free_[--free_count_];
        descriptor.address = bus_address_of(buffer);
      }
      descriptor.status = 0;
      rx_next_ = (rx_next_ + 1) % ring_size;
    }
    // One descriptor is never the device's: a full ring would look like an empty one (3.2.6).
    if (count)
      write(rx_tail, (rx_next_ + ring_size - 1) % ring_size);
    return count;
  }

  /// Puts a frame that receive() has shown, or as much of it, into the Tx ring; flush() shows it to
  /// the device. Whoever sends to another device than the frame came from copies it: a buffer
  /// belongs to its device. False when the ring is full.
  bool send(uint32_t buffer, uint32_t length)
  {
    if (tx_next_ - tx_done_ == ring_size - 1)
      return false;
    const uint32_t i = tx_next_++ % ring_size;
    tx_buffers_[i] = buffer;
    volatile TxDescriptor &descriptor = tx_ring_[i];
    descriptor.address = bus_address_of(buffer);
    descriptor.length = static_cast<uint16_t>(length);
    descriptor.command = end_of_packet | insert_fcs | report_status;
    descriptor.status = 0;
    return true;
  }

  /// Shows the device what send() has put into the ring.
  void flush()
  {
    if (tx_shown_ == tx_next_)
      return;
    tx_shown_ = tx_next_;
    std::atomic_thread_fence(std::memory_order_release);
    write(tx_tail, tx_next_ % ring_size);
  }

  /// Takes back the buffers of what was sent.
  void complete()
  {
    for (; tx_done_ != tx_shown_; tx_done_++) {
      const uint32_t i = tx_done_ % ring_size;
      volatile TxDescriptor &descriptor = tx_ring_[i];
      if (!(descriptor.status & descriptor_done))
        break;
      give_back(tx_buffers_[i]);
    }
  }

  /// A buffer that is free, or nothing: then as many frames as it has buffers are on their way.
  uint32_t take_buffer() { return free_count_ ? free_[--free_count_] : none; }
  void give_back(uint32_t buffer) { free_[free_count_++] = buffer; }
  uint8_t *data_of(uint32_t buffer) const { return memory_.begin.get() + offset_of(buffer); }

  static constexpr uint32_t none = ~0u;

private:
  // Registers (13.4)
  static constexpr uint32_t rx_tail = 0x2818, tx_tail = 0x3818;
  // Bits of descriptors (3.2.3.1, 3.3.3.1)
  static constexpr uint8_t descriptor_done = 1;
  static constexpr uint8_t end_of_packet = 1 << 0, insert_fcs = 1 << 1, report_status = 1 << 3;

  static constexpr size_t buffer_size = 2048, ring_bytes = ring_size * sizeof(RxDescriptor);
  static constexpr size_t first_buffer = 2 * ring_bytes / buffer_size;
  // A receiver with all its buffers, and as many on their way.
  static constexpr uint32_t buffers = 2 * ring_size;
  static_assert((first_buffer + buffers) * buffer_size <= DmaMemory::size);

  static size_t offset_of(uint32_t buffer) { return (first_buffer + buffer) * buffer_size; }
  uint64_t bus_address_of(uint32_t buffer) const { return memory_.bus_address + offset_of(buffer); }

  uint32_t read(uint32_t offset) const
  {
    return *reinterpret_cast<volatile uint32_t *>(registers_.get() + offset);
  }
  void write(uint32_t offset, uint32_t value)
  {
    *reinterpret_cast<volatile uint32_t *>(registers_.get() + offset) = value;
  }

  void reset();
  void set_up_receiver();
  void set_up_transmitter();

  void write_base(uint32_t base, uint64_t address);

  Mapping registers_;
  DmaMemory memory_;
  volatile RxDescriptor *rx_ring_;
  volatile TxDescriptor *tx_ring_;
  uint32_t rx_next_ = 0;
  uint32_t tx_next_ = 0, tx_shown_ = 0, tx_done_ = 0; // these count on and on
  uint32_t free_count_ = 0;
  std::array<uint32_t, ring_size> rx_buffers_, tx_buffers_;
  std::array<uint32_t, buffers> free_;
};

} // namespace verdict::floor
