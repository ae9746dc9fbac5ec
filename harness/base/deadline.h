// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace verdict {

using std::chrono::milliseconds;

/// How many times as long as usual is waited for everything: 1, or so long that nothing is over
/// while somebody looks at the guest with gdb (VERDICT_GDB).
inline int time_scale()
{
  static const int factor = std::getenv("VERDICT_GDB") ? 1000 : 1;
  return factor;
}

/// A point in time after which waiting is over. Passed down, so that steps share one budget.
class Deadline {
public:
  explicit Deadline(milliseconds from_now) : end_(Clock::now() + from_now * time_scale()) {}

  bool expired() const { return Clock::now() >= end_; }

  /// What is left, rounded up to a millisecond, never negative: an argument for poll(2).
  int poll_timeout() const
  {
    auto left = std::chrono::ceil<milliseconds>(end_ - Clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

} // namespace verdict
