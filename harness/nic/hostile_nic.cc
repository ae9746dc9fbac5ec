// SPDX-License-Identifier: GPL-2.0-only
#include "nic/hostile_nic.h"

#include <fmt/format.h>

#include "nic/e1000_registers.h"

namespace verdict {

namespace {

constexpr size_t status_offset = 12; // status, errors
constexpr size_t length_offset = 8;  // length; receive: checksum, transmit: command

} // namespace

Result<HostileNic> HostileNic::open(Machine &machine, size_t nic, uint32_t spare)
{
  const NicRegisters registers = TRY(nic_registers(machine, nic));
  return HostileNic(machine, TRY(Qtest::open(machine)), registers, spare);
}

Result<HostileNic::Ring> HostileNic::ring(uint64_t first)
{
  const auto value = [&](uint64_t offset) {
    return qtest_.readl(register_address(first + offset));
  };
  const uint64_t low = TRY(value(e1000::ring::base_low)), high = TRY(value(e1000::ring::base_high));
  const Ring ring{ .base = low | high << 32,
                   .count = TRY(value(e1000::ring::length)) / e1000::descriptor_size,
                   .head = TRY(value(e1000::ring::head)),
                   .tail = TRY(value(e1000::ring::tail)) };
  if (!ring.count || ring.head >= ring.count || ring.tail >= ring.count)
    return fail("the NIC has no such ring: is its interface up?");
  return ring;
}

Result<size_t> HostileNic::owned()
{
  return TRY(ring(e1000::rdbal)).owned();
}

Result<void> HostileNic::until_full()
{
  const Deadline deadline(milliseconds(10000));
  for (;;) {
    auto now = TRY(ring(e1000::rdbal));
    const size_t owned = now.owned();
    if (owned == now.count - spare_)
      return {};
    if (deadline.expired())
      return fail(fmt::format("the driver did not fill its ring of {} in {}: the device owns {}",
                              now.count, deadline.text(), owned));
  }
}

Result<void> HostileNic::write_back(const Ring &ring, uint32_t slot, const RxWriteBack &buffer)
{
  const uint64_t descriptor = ring.base + slot * e1000::descriptor_size;
  if (!buffer.data.empty()) {
    auto bytes = TRY(qtest_.read(descriptor, 8));
    uint64_t address = 0;
    for (size_t i = 8; i-- > 0;)
      address = address << 8 | bytes[i];
    TRY(qtest_.write(address, buffer.data));
  }
  TRY(qtest_.writel(descriptor + length_offset, buffer.length));
  return qtest_.writel(descriptor + status_offset,
                       buffer.status | static_cast<uint32_t>(buffer.errors) << 8);
}

template <typename Change>
Result<void> HostileNic::while_stopped(Change change)
{
  TRY(machine_->qmp().command("stop"));
  const Result<void> done = change();
  TRY(machine_->qmp().command("cont"));
  return done;
}

Result<void> HostileNic::write_back_all(const std::vector<RxWriteBack> &buffers)
{
  auto now = TRY(ring(e1000::rdbal));
  uint32_t slot = now.head;
  for (const RxWriteBack &buffer : buffers) {
    if (slot == now.tail)
      return fail(fmt::format("the device owns fewer than {} descriptors", buffers.size()));
    TRY(write_back(now, slot, buffer));
    slot = (slot + 1) % now.count;
  }
  TRY(qtest_.writel(register_address(e1000::rdh), slot));
  return qtest_.writel(register_address(e1000::ics), e1000::ics_rxt0);
}

Result<void> HostileNic::receive(const std::vector<RxWriteBack> &buffers)
{
  TRY(until_full());
  return while_stopped([&] { return write_back_all(buffers); });
}

Result<void> HostileNic::send(bool on)
{
  const uint64_t address = register_address(e1000::tctl);
  const uint32_t value = TRY(qtest_.readl(address));
  return qtest_.writel(address, on ? value | e1000::tctl_en : value & ~e1000::tctl_en);
}

Result<size_t> HostileNic::unsent()
{
  return TRY(ring(e1000::tdbal)).owned();
}

Result<std::vector<uint32_t>> HostileNic::unsent_commands()
{
  const Ring now = TRY(ring(e1000::tdbal));
  std::vector<uint32_t> commands;
  for (uint32_t slot = now.head; slot != now.tail; slot = (slot + 1) % now.count)
    commands.push_back(TRY(qtest_.readl(now.base + slot * e1000::descriptor_size + length_offset)));
  return commands;
}

Result<void> HostileNic::call_unsent_done(uint32_t count)
{
  const Ring now = TRY(ring(e1000::tdbal));
  if (now.owned() < count)
    return fail("the NIC has not been told of so many");
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t slot = (now.head + i) % now.count;
    TRY(qtest_.writel(now.base + slot * e1000::descriptor_size + status_offset, e1000::txd::dd));
  }
  return {};
}

Result<void> HostileNic::write_back_empty_slot(const RxWriteBack &buffer)
{
  TRY(until_full());
  return while_stopped([&]() -> Result<void> {
    auto now = TRY(ring(e1000::rdbal));
    return write_back(now, (now.tail + 1) % now.count, buffer);
  });
}

} // namespace verdict
