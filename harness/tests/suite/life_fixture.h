// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

/// A test that changes an interface while frames stream in. Each frame is accounted for: a change
/// that needs no reset loses none, and one that does loses one run of frames, while the device was
/// down.
class LifeTest : public XdpTest {
protected:
  using Change = std::function<Result<void>()>;

  /// The program that sends frames back.
  static constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

  /// Attaches it.
  Result<void> attach_bounce();

  /// The same for frames in several buffers, before the MTU asks for them.
  Result<void> attach_bounce_of_frags();

  /// Counts what the stack gets.
  Result<void> watch_stack();

  /// Frames that have come to their end in the guest: seen by the program, or by the stack.
  uint64_t handled();

  /// Waits until frames are handled, more than `than`.
  Result<void> until_handled(uint64_t than = 0);

  /// What the kernel tells of an interface; empty, and the test fails, if it does not.
  nlohmann::json device(size_t nic = 0);

  /// Carrier, speed and so on: what must be as before. Whether the cable is crossed is left out, as
  /// the driver asks the PHY for that only some time after the link is up.
  std::string link(size_t nic = 0);

  Result<void> ethtool(std::vector<std::string> arguments);

  /// Down and up again.
  Result<void> down_and_up(size_t nic = 0);

  /// A feature of NIC 0, by its name in ethtool, is set to "on" or "off".
  Change feature(const std::string &name, const std::string &state);

  /// Streams frames in while each of the changes happens in turn, with frames handled before,
  /// between and after them.
  void stream_through(const std::vector<Change> &changes);

  /// The stream goes on through changes that need no reset: nothing is lost and the link stays.
  void expect_no_reset(const std::vector<Change> &changes);

  /// The stream goes on after changes that stop the device: the link comes back as it was.
  void expect_recovery(const std::vector<Change> &changes);

  /// The next frames of all sizes come back, and without the program the stack gets them.
  void expect_alive();

  std::vector<size_t> sizes_{ 100 }; ///< of the stream's frames, in turn
  bool loaded_ = false;              ///< the program is attached
  std::vector<Frame> sent_, back_;   ///< what the stream sent, and what came back

private:
  /// A change, and the frames that may be lost in it.
  struct Interruption {
    uint64_t handled_before; ///< frames that had come to their end when it began
    size_t sent_after;       ///< frames that were sent when the link was back, or just then
  };

  /// Whether a gap, before which so many frames were handled, is no longer than an interruption: a
  /// frame that had been handled when it began came back, unless it was still in the Tx ring, and
  /// one that was sent when the link was back did.
  bool fits(const Gap &gap, size_t before, const Interruption &interruption) const;

  /// Every frame came back, or the stack has it, in order and once.
  void expect_nothing_lost();

  /// Frames are missing in one run for each change at most, while that was under way, and nowhere
  /// else; what the driver says it could not send is among them.
  void expect_lost_only_in_changes();

  void report(const std::vector<Gap> &gaps, uint64_t errors);

  std::optional<int> socket_;
  uint64_t in_stack_ = 0;
  std::vector<Interruption> interruptions_; // of the stream, in order
};

} // namespace verdict
