// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "packet/frame.h"
#include "wire/wire.h"

namespace verdict {

/// How many times as often as in CI a test is to repeat what it repeats: VERDICT_STORM, or 1.
size_t storm();

/// A stream of test frames, all different, that a thread injects until it is stopped. What comes
/// back meanwhile stays on the wire, in order.
class Traffic {
public:
  /// How many frames are injected at once; Wire::inject() receives once in so many.
  static constexpr size_t burst = 32;

  /// The frames have these sizes in turn.
  explicit Traffic(Wire &wire, std::vector<size_t> sizes = { 100 });
  ~Traffic();

  /// Frames injected so far.
  size_t sent() const { return sent_; }

  /// Ends the stream: the frames that were injected. Error: the NIC took them no more.
  Result<std::vector<Frame>> stop();

private:
  void run();

  Wire &wire_;
  const std::vector<size_t> sizes_;
  std::vector<Frame> frames_;
  Result<void> result_;
  std::atomic<size_t> sent_ = 0;
  std::atomic<bool> enough_ = false;
  std::thread thread_;
};

/// A run of frames of a stream that did not arrive.
struct Gap {
  size_t first; ///< index in what was sent
  size_t count;
};

/// The gaps in what arrived of a stream. Error: a frame that was not sent, or comes twice, or after
/// one that was sent later.
Result<std::vector<Gap>> find_gaps(const std::vector<Frame> &sent, const std::vector<Frame> &seen);

/// The number of frames that are missing.
size_t missing(const std::vector<Gap> &gaps);

void PrintTo(const Gap &gap, std::ostream *stream);

} // namespace verdict
