// SPDX-License-Identifier: GPL-2.0-only
// Processes that work for the agent while it takes requests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>

#include "base/result.h"

namespace verdict::guest {

/// A process that counts in memory which it shares with the agent.
struct CountingProcess {
  pid_t pid;
  uint64_t *count;

  uint64_t counted() const { return __atomic_load_n(count, __ATOMIC_RELAXED); }
};

/// Forks a process for `work`, which ends when it returns. Its memory stays for as long as the
/// agent runs.
Result<CountingProcess> fork_counting(const std::function<void(uint64_t *count)> &work);

} // namespace verdict::guest
