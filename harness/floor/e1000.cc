// SPDX-License-Identifier: GPL-2.0-only
#include "floor/e1000.h"

#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

namespace verdict::floor {

namespace fs = std::filesystem;

namespace {

constexpr size_t registers_size = 128 << 10; // BAR 0 (4.1)

// Registers (13.4), and the bits of them that matter here
constexpr uint32_t ctrl = 0x0000, ctrl_auto_speed = 1 << 5, ctrl_link_up = 1 << 6,
                   ctrl_reset = 1 << 26;
constexpr uint32_t interrupt_mask_clear = 0x00d8;
constexpr uint32_t rx_control = 0x0100, rctl_enable = 1 << 1, rctl_broadcast = 1 << 15,
                   rctl_strip_fcs = 1 << 26; // and buffers of 2048 bytes, no long frames
constexpr uint32_t tx_control = 0x0400, tctl_enable = 1 << 1, tctl_pad = 1 << 3;
constexpr uint32_t collision_threshold = 15 << 4, collision_distance = 0x40 << 12; // 13.4.33
constexpr uint32_t tx_gap = 0x0410, gap_of_copper = 10 | 8 << 10 | 6 << 20;        // 13.4.34
constexpr uint32_t rx_base = 0x2800, tx_base = 0x3800;
constexpr uint32_t base_high = 0x04, ring_length = 0x08, head = 0x10, tail = 0x18; // behind them
constexpr uint32_t multicast_table = 0x5200, multicast_words = 128;
constexpr uint32_t receive_address = 0x5400;

Result<void> write_text(const fs::path &path, const std::string &text)
{
  const Fd file = TRY(open_file(path, O_WRONLY));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail_errno("write " + path.string());
  return {};
}

/// Lets the device read and write memory by itself: bit 2 of the command register, by which each
/// PCI device begins without (PCI 3.0, 6.2.2).
Result<void> let_master_the_bus(const fs::path &device)
{
  constexpr off_t command = 4;
  constexpr uint16_t bus_master = 1 << 2;
  const fs::path path = device / "config";
  const Fd config = TRY(open_file(path, O_RDWR));
  uint16_t value = 0;
  if (::pread(config.get(), &value, sizeof(value), command) != sizeof(value))
    return fail_errno("read " + path.string());
  value |= bus_master;
  if (::pwrite(config.get(), &value, sizeof(value), command) != sizeof(value))
    return fail_errno("write " + path.string());
  return {};
}

} // namespace

Result<std::unique_ptr<E1000>> E1000::open(const std::string &slot)
{
  const fs::path device = "/sys/bus/pci/devices/" + slot;
  if (!file_exists(device))
    return fail("there is no PCI device " + slot + "; ethtool -i tells that of an interface");
  if (const std::string id = TRY(read_file(device / "device")); id != "0x100e\n")
    return fail(slot + " is a " + id.substr(0, id.find('\n')) + ", not an 82540EM (0x100e)");
  if (file_exists(device / "driver"))
    TRY(write_text(device / "driver/unbind", slot));
  TRY(write_text(device / "enable", "1"));
  TRY(let_master_the_bus(device));
  const Fd bar = TRY(open_file(device / "resource0", O_RDWR));
  auto registers = TRY(map(registers_size, MAP_SHARED, bar.get()));
  return std::make_unique<E1000>(std::move(registers), TRY(DmaMemory::take()));
}

E1000::E1000(Mapping registers, DmaMemory memory)
    : registers_(std::move(registers)), memory_(std::move(memory)),
      rx_ring_(reinterpret_cast<RxDescriptor *>(memory_.begin.get())),
      tx_ring_(reinterpret_cast<TxDescriptor *>(memory_.begin.get() + ring_bytes))
{
  for (uint32_t buffer = 0; buffer < buffers; buffer++)
    give_back(buffer);
  reset();
  set_up_receiver();
  set_up_transmitter();
}

E1000::~E1000()
{
  reset();
}

/// Everything is as after power-on then, and the device writes to no memory (14.3). It answers
/// again after a microsecond (13.4.1, RST).
void E1000::reset()
{
  write(interrupt_mask_clear, ~0u);
  write(ctrl, read(ctrl) | ctrl_reset);
  ::usleep(10);
  write(interrupt_mask_clear, ~0u);
  write(ctrl, read(ctrl) | ctrl_link_up | ctrl_auto_speed);
}

/// Where a ring is, and that it is empty.
void E1000::write_base(uint32_t base, uint64_t address)
{
  write(base, static_cast<uint32_t>(address));
  write(base + base_high, static_cast<uint32_t>(address >> 32));
  write(base + ring_length, ring_bytes);
  write(base + head, 0);
}

/// Section 14.4
void E1000::set_up_receiver()
{
  for (uint32_t i = 0; i < multicast_words; i++)
    write(multicast_table + 4 * i, 0);
  for (uint32_t i = 0; i < ring_size; i++) {
    rx_buffers_[i] = take_buffer();
    rx_ring_[i].address = bus_address_of(rx_buffers_[i]);
    rx_ring_[i].status = 0;
  }
  write_base(rx_base, memory_.bus_address);
  write(rx_base + tail, ring_size - 1);
  write(rx_control, rctl_enable | rctl_broadcast | rctl_strip_fcs);
}

/// Section 14.5
void E1000::set_up_transmitter()
{
  write_base(tx_base, memory_.bus_address + ring_bytes);
  write(tx_base + tail, 0);
  write(tx_gap, gap_of_copper);
  write(tx_control, tctl_enable | tctl_pad | collision_threshold | collision_distance);
}

std::array<uint8_t, 6> E1000::mac() const
{
  const uint64_t low = read(receive_address), high = read(receive_address + 4);
  const uint64_t address = low | high << 32;
  std::array<uint8_t, 6> mac;
  for (size_t i = 0; i < mac.size(); i++)
    mac[i] = static_cast<uint8_t>(address >> 8 * i);
  return mac;
}

} // namespace verdict::floor
