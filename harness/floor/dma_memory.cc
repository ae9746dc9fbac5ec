// SPDX-License-Identifier: GPL-2.0-only
#include "floor/dma_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

namespace verdict::floor {

namespace {

/// Where a page is in the machine's memory: Documentation/admin-guide/mm/pagemap.rst. Without an
/// IOMMU that is its address for a device, too.
Result<uint64_t> physical_address(const void *page)
{
  constexpr uint64_t frame_number = (1ull << 55) - 1;
  const auto page_size = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  const uint64_t index = reinterpret_cast<uintptr_t>(page) / page_size;
  const Fd pagemap = TRY(open_file("/proc/self/pagemap", O_RDONLY));
  uint64_t entry = 0;
  if (::pread(pagemap.get(), &entry, sizeof(entry), static_cast<off_t>(index * sizeof(entry))) !=
      sizeof(entry))
    return fail_errno("read /proc/self/pagemap");
  if (!(entry & frame_number))
    return fail("/proc/self/pagemap tells addresses to root alone");
  return (entry & frame_number) * page_size;
}

} // namespace

void Unmap::operator()(uint8_t *begin) const
{
  ::munmap(begin, size);
}

Result<Mapping> map(size_t size, int flags, int fd)
{
  void *begin = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (begin == MAP_FAILED)
    return fail_errno("mmap");
  return Mapping(static_cast<uint8_t *>(begin), Unmap{ size });
}

Result<DmaMemory> DmaMemory::take()
{
  auto page = map(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE | MAP_LOCKED, -1);
  if (!page)
    return fail("there is no huge page (" + page.error().message +
                "); write how many there shall be to /proc/sys/vm/nr_hugepages");
  const uint64_t address = TRY(physical_address(page->get()));
  return DmaMemory{ std::move(*page), address };
}

} // namespace verdict::floor
