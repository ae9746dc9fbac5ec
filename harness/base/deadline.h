// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"

namespace verdict {

using std::chrono::milliseconds;

/// The factor in VERDICT_PATIENCE, 1 if that is not set. Error: it is no number above 0. Programs
/// ask as they start.
Result<double> chosen_patience();

/// How long a test may take, if VERDICT_TIME_LIMIT says that. Error: it is no whole number of
/// seconds above 0.
Result<std::optional<std::chrono::seconds>> chosen_time_limit();

/// A time limit as it is to be here and now: longer if the guest is slow (set_guest_slowness()) or
/// if more wants to run than this machine has cores for, whichever is more; times VERDICT_PATIENCE
/// if that is set. While somebody looks at the guest with gdb (VERDICT_GDB) nothing is over.
milliseconds scaled(milliseconds limit);

/// How many times as long as usual guests take from now on: 8 on the debug kernel.
void set_guest_slowness(unsigned slowness);

/// A point in time after which waiting is over. Passed down, so that steps share one budget.
class Deadline {
public:
  explicit Deadline(milliseconds from_now) : Deadline(exactly(scaled(from_now))) {}

  /// One that is not scaled: the guest's agent is told how long to wait.
  static Deadline exactly(milliseconds from_now) { return Deadline(from_now, Clock::now()); }

  /// This one, or `from_now` if that comes first.
  Deadline at_most(milliseconds from_now) const
  {
    Deadline sooner = exactly(from_now);
    sooner.end_ = std::min(sooner.end_, end_);
    return sooner;
  }

  bool expired() const { return Clock::now() >= end_; }

  /// What is left, rounded up to a millisecond, never negative: an argument for poll(2).
  int poll_timeout() const
  {
    auto left = std::chrono::ceil<milliseconds>(end_ - Clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
  }

  /// "30000 ms": how long there was from the beginning.
  std::string text() const { return std::to_string(limit_.count()) + " ms"; }

private:
  using Clock = std::chrono::steady_clock;

  Deadline(milliseconds limit, Clock::time_point now) : limit_(limit), end_(now + limit) {}

  milliseconds limit_;
  Clock::time_point end_;
};

} // namespace verdict
