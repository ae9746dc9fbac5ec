// SPDX-License-Identifier: GPL-2.0-only
#include "agent_counting.h"

#include <sys/mman.h>
#include <unistd.h>

namespace verdict::guest {

Result<CountingProcess> fork_counting(const std::function<void(uint64_t *count)> &work)
{
  void *memory =
      ::mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return fail_errno("mmap");
  auto *const count = static_cast<uint64_t *>(memory);
  const pid_t pid = ::fork();
  if (pid < 0)
    return fail_errno("fork");
  if (!pid) {
    work(count);
    ::_exit(0);
  }
  return CountingProcess{ pid, count };
}

} // namespace verdict::guest
