// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace verdict::mutants {

/// Works on items 0 to count - 1, `jobs` of them at a time, each in a thread.
inline void in_parallel(unsigned jobs, size_t count, const std::function<void(size_t)> &work)
{
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < jobs; i++)
    threads.emplace_back([&] {
      for (size_t item = next++; item < count; item = next++)
        work(item);
    });
}

} // namespace verdict::mutants
