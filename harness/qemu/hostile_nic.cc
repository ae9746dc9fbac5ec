// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/hostile_nic.h"

#include "base/text.h"

namespace verdict {

namespace {

constexpr uint64_t register_ics = 0xc8; // interrupt cause set
constexpr uint64_t register_rdbal = 0x2800, register_rdbah = 0x2804, register_rdlen = 0x2808;
constexpr uint64_t register_rdh = 0x2810;
constexpr uint32_t interrupt_rxt0 = 1 << 7;

constexpr size_t descriptor_size = 16;
constexpr size_t status_offset = 12; // status, errors
constexpr size_t length_offset = 8;  // length, checksum

} // namespace

Result<HostileNic> HostileNic::open(Machine &machine, size_t nic)
{
  auto registers = nic_registers(machine, nic);
  if (!registers)
    return tl::unexpected(registers.error());
  auto qtest = Qtest::open(machine);
  if (!qtest)
    return tl::unexpected(qtest.error());
  return HostileNic(machine, std::move(*qtest), *registers);
}

Result<HostileNic::Ring> HostileNic::ring()
{
  uint32_t values[5];
  const uint64_t offsets[] = { register_rdbal, register_rdbah, register_rdlen, register_rdh,
                               register_rdt };
  for (size_t i = 0; i < std::size(offsets); i++) {
    auto value = qtest_.readl(register_address(offsets[i]));
    if (!value)
      return tl::unexpected(value.error());
    values[i] = *value;
  }
  const Ring ring{ .base = values[0] | static_cast<uint64_t>(values[1]) << 32,
                   .count = values[2] / static_cast<uint32_t>(descriptor_size),
                   .head = values[3],
                   .tail = values[4] };
  if (!ring.count || ring.head >= ring.count || ring.tail >= ring.count)
    return fail("the NIC has no receive ring: is its interface up?");
  return ring;
}

Result<size_t> HostileNic::owned()
{
  auto now = ring();
  if (!now)
    return tl::unexpected(now.error());
  return (now->tail + now->count - now->head) % now->count;
}

/// A driver leaves out one descriptor, to tell a full ring from an empty one; Linux's keeps another
/// one back (e1000_alloc_rx_buffers).
Result<void> HostileNic::until_full()
{
  const Deadline deadline(milliseconds(10000));
  for (;;) {
    auto now = ring();
    if (!now)
      return tl::unexpected(now.error());
    const size_t owned = (now->tail + now->count - now->head) % now->count;
    if (owned == now->count - 2)
      return {};
    if (deadline.expired())
      return fail(format("the driver does not fill its ring of %u: the device owns %zu", now->count,
                         owned));
  }
}

Result<void> HostileNic::write_back(const Ring &ring, uint32_t slot, const RxWriteBack &buffer)
{
  const uint64_t descriptor = ring.base + slot * descriptor_size;
  if (!buffer.data.empty()) {
    auto bytes = qtest_.read(descriptor, 8);
    if (!bytes)
      return tl::unexpected(bytes.error());
    uint64_t address = 0;
    for (size_t i = 8; i-- > 0;)
      address = address << 8 | (*bytes)[i];
    if (auto done = qtest_.write(address, buffer.data); !done)
      return done;
  }
  if (auto done = qtest_.writel(descriptor + length_offset, buffer.length); !done)
    return done;
  return qtest_.writel(descriptor + status_offset,
                       buffer.status | static_cast<uint32_t>(buffer.errors) << 8);
}

template <typename Change>
Result<void> HostileNic::while_stopped(Change change)
{
  if (auto stopped = machine_->qmp().command("stop"); !stopped)
    return tl::unexpected(stopped.error());
  const Result<void> done = change();
  if (auto going = machine_->qmp().command("cont"); !going)
    return tl::unexpected(going.error());
  return done;
}

Result<void> HostileNic::write_back_all(const std::vector<RxWriteBack> &buffers)
{
  auto now = ring();
  if (!now)
    return tl::unexpected(now.error());
  uint32_t slot = now->head;
  for (const RxWriteBack &buffer : buffers) {
    if (slot == now->tail)
      return fail(format("the device owns fewer than %zu descriptors", buffers.size()));
    if (auto done = write_back(*now, slot, buffer); !done)
      return done;
    slot = (slot + 1) % now->count;
  }
  if (auto done = qtest_.writel(register_address(register_rdh), slot); !done)
    return done;
  return qtest_.writel(register_address(register_ics), interrupt_rxt0);
}

Result<void> HostileNic::receive(const std::vector<RxWriteBack> &buffers)
{
  if (auto full = until_full(); !full)
    return full;
  return while_stopped([&] { return write_back_all(buffers); });
}

Result<void> HostileNic::write_back_empty_slot(const RxWriteBack &buffer)
{
  if (auto full = until_full(); !full)
    return full;
  return while_stopped([&]() -> Result<void> {
    auto now = ring();
    if (!now)
      return tl::unexpected(now.error());
    return write_back(*now, (now->tail + 1) % now->count, buffer);
  });
}

} // namespace verdict
