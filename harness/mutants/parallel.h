// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
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

/// Works off items, `jobs` of them at a time, each in a thread. The work on one may give more,
/// which come before the others.
template <typename Item>
void work_off(unsigned jobs, std::deque<Item> items,
              const std::function<std::vector<Item>(const Item &)> &work)
{
  std::mutex mutex;
  std::condition_variable changed;
  size_t busy = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < jobs; i++)
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      for (;;) {
        changed.wait(lock, [&] { return !items.empty() || !busy; });
        if (items.empty())
          return;
        const Item item = std::move(items.front());
        items.pop_front();
        busy++;
        lock.unlock();
        std::vector<Item> more = work(item);
        lock.lock();
        items.insert(items.begin(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
        busy--;
        changed.notify_all();
      }
    });
}

} // namespace verdict::mutants
