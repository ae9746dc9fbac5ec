// SPDX-License-Identifier: GPL-2.0-only
#include "cost/flood.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/deadline.h"

namespace verdict::cost {

namespace {

using std::chrono::microseconds;

/// Between two looks at the guest.
constexpr microseconds nap{ 50 };
/// QEMU takes no more frames when it has not for so long: the ring is full, or the wire empty.
constexpr milliseconds still{ 2 };
constexpr milliseconds most{ 60000 };
constexpr milliseconds health_interval{ 200 };

/// The kernel's memory that a frame takes on the wire.
Result<size_t> memory_of(const Frame &frame)
{
  auto wire = TRY(Wire::create(0, "/dev/null"));
  const Fd other_end = wire.take_guest_end();
  TRY(wire.offer({ &frame, 1 }));
  return std::max<size_t>(TRY(wire.unread()), 1);
}

/// Watches a value that may come to rest.
class Stillness {
public:
  explicit Stillness(milliseconds long_enough) : long_enough_(long_enough) {}

  /// True once the value has been the same for `long_enough`.
  bool lasts(uint64_t value)
  {
    if (value != value_) {
      value_ = value;
      restart();
    }
    return end_.expired();
  }

  void restart() { end_ = Deadline::exactly(long_enough_); }

private:
  milliseconds long_enough_;
  uint64_t value_ = 0;
  Deadline end_ = Deadline::exactly(long_enough_);
};

/// Throws away what the guest has sent, and counts it.
Result<void> discard(Machine &machine, size_t &count)
{
  for (size_t nic = 0; nic < machine.nic_count(); nic++) {
    count += TRY(machine.wire(nic).discard());
  }
  return {};
}

class Flood {
public:
  Flood(Machine &machine, Counters &counters, const std::vector<Frame> &pattern, size_t count,
        const FloodOptions &options, size_t memory)
      : machine_(machine), counters_(counters), pattern_(pattern), count_(count), options_(options),
        memory_(memory)
  {
  }

  Result<size_t> run()
  {
    const Deadline deadline(most);
    Deadline next_look = Deadline::exactly(health_interval);
    for (;;) {
      TRY(send());
      TRY(discard(machine_, out_));
      const size_t taken_now = TRY(taken());
      open_gate(taken_now);
      if (sent_ == count_ && taken_now == count_)
        return finish();
      if (next_look.expired()) {
        next_look = Deadline::exactly(health_interval);
        TRY(machine_.health());
        if (deadline.expired())
          return fail(fmt::format("the guest took {} of {} frames in {}", taken_now, count_,
                                  deadline.text()));
      }
      std::this_thread::sleep_for(nap);
    }
  }

private:
  Wire &wire() { return machine_.wire(options_.nic); }

  /// Frames that QEMU has read.
  Result<size_t> taken() { return sent_ - std::min(sent_, TRY(wire().unread()) / memory_); }

  Result<void> send()
  {
    size_t allowed = count_;
    if (options_.ahead)
      allowed = std::min(count_, passed_ * options_.per_visit + options_.ahead);
    while (sent_ < allowed) {
      const size_t at = sent_ % pattern_.size();
      const size_t some = std::min(pattern_.size() - at, allowed - sent_);
      auto went = TRY(wire().offer({ pattern_.data() + at, some }));
      sent_ += went;
      if (went < some)
        break;
    }
    return {};
  }

  void open_gate(size_t taken_now)
  {
    const bool no_more = stillness_.lasts(taken_now);
    if (!counters_.at_gate())
      return;
    if (taken_now - taken_at_pass_ < options_.per_visit && !no_more)
      return;
    taken_at_pass_ = taken_now;
    passed_++;
    counters_.pass();
  }

  /// Waits for what becomes of the frames that QEMU has taken; how many have come out in all.
  Result<size_t> finish()
  {
    // Enough for what is in the ring now, and the same number every time.
    for (int i = 0; options_.polls && i < 64; i++) {
      auto came = hold(machine_, counters_);
      if (!came)
        return came;
      out_ += *came;
      std::this_thread::sleep_for(still);
      counters_.pass();
    }
    auto came =
        options_.polls ? hold(machine_, counters_) : settle(machine_, counters_, options_.quiet);
    if (came)
      *came += out_;
    return came;
  }

  Machine &machine_;
  Counters &counters_;
  const std::vector<Frame> &pattern_;
  const size_t count_;
  const FloodOptions options_;
  const size_t memory_;
  size_t sent_ = 0;
  size_t out_ = 0;
  size_t passed_ = 0;
  size_t taken_at_pass_ = 0;
  Stillness stillness_{ still };
};

} // namespace

Result<size_t> flood(Machine &machine, Counters &counters, const std::vector<Frame> &pattern,
                     size_t count, const FloodOptions &options)
{
  auto memory = TRY(memory_of(pattern.front()));
  return Flood(machine, counters, pattern, count, options, memory).run();
}

Result<size_t> hold(Machine &machine, Counters &counters)
{
  const Deadline deadline(most);
  size_t out = 0;
  while (!counters.at_gate()) {
    TRY(discard(machine, out));
    if (deadline.expired()) {
      TRY(machine.health());
      return fail("the guest did not come to the gate in " + deadline.text());
    }
    std::this_thread::sleep_for(nap);
  }
  return out;
}

Result<size_t> settle(Machine &machine, Counters &counters, milliseconds quiet)
{
  const Deadline deadline(most);
  Stillness stillness(quiet), at_gate(still);
  size_t out = 0;
  while (!stillness.lasts(counters.activity()) || counters.at_gate()) {
    // The last frames are in the ring by now, or on their way there.
    if (counters.at_gate() && at_gate.lasts(counters.visits())) {
      counters.pass();
      stillness.restart(); // it has yet to go on
    }
    TRY(discard(machine, out));
    if (deadline.expired()) {
      TRY(machine.health());
      return fail("the guest was not idle once in " + deadline.text());
    }
    std::this_thread::sleep_for(nap);
  }
  return out;
}

} // namespace verdict::cost
