// SPDX-License-Identifier: GPL-2.0-only
#include "cost/counters.h"

#include <sys/mman.h>
#include <unistd.h>

namespace verdict::cost {

void Counts::add(const Counts &other, double factor)
{
  for (const auto &[address, count] : other.instructions)
    instructions[address] += factor * count;
  for (const auto &[where, count] : other.registers) {
    Accesses &sum = registers[where];
    sum.reads += factor * count.reads;
    sum.writes += factor * count.writes;
  }
}

Result<Counters> Counters::create()
{
  Fd file(::memfd_create("counters", MFD_CLOEXEC));
  if (!file)
    return fail_errno("memfd_create");
  if (::ftruncate(file.get(), sizeof(cost_page)) < 0)
    return fail_errno("ftruncate");
  void *page =
      ::mmap(nullptr, sizeof(cost_page), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (page == MAP_FAILED)
    return fail_errno("mmap");
  return Counters(std::move(file), static_cast<cost_page *>(page));
}

Counters::Counters(Counters &&other) noexcept
    : file_(std::move(other.file_)), page_(std::exchange(other.page_, nullptr))
{
}

Counters::~Counters()
{
  if (page_)
    ::munmap(page_, sizeof(cost_page));
}

Result<Counts> Counters::read() const
{
  if (__atomic_load_n(&page_->layout, __ATOMIC_ACQUIRE) != COST_LAYOUT)
    return fail("QEMU's plugin does not count, or was built from another qemu/plugin/counters.h");
  if (page_->full)
    return fail("the guest has more instructions or registers than qemu/plugin/counters.h has room "
                "for");
  Counts counts;
  for (const cost_instruction &slot : page_->instructions) {
    if (slot.count)
      counts.instructions[slot.address] = static_cast<double>(slot.count);
  }
  for (const cost_access &slot : page_->accesses) {
    if (!slot.used)
      break;
    const char *device = page_->names[slot.device];
    Accesses &sum = counts.registers[{ device, slot.physical }];
    sum.reads += static_cast<double>(slot.reads);
    sum.writes += static_cast<double>(slot.writes);
  }
  return counts;
}

void Counters::set_gate(uint64_t address)
{
  __atomic_store_n(&page_->passes, visits(), __ATOMIC_RELEASE);
  __atomic_store_n(&page_->gate, address, __ATOMIC_RELEASE);
}

bool Counters::at_gate() const
{
  return visits() > __atomic_load_n(&page_->passes, __ATOMIC_RELAXED);
}

void Counters::pass()
{
  __atomic_store_n(&page_->passes, visits(), __ATOMIC_RELEASE);
}

} // namespace verdict::cost
