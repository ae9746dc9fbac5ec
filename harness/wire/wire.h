// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"
#include "packet/address.h"
#include "packet/frame.h"
#include "packet/pcapng.h"

namespace verdict {

inline constexpr milliseconds wire_timeout{ 30000 };

/// The ICMP echo identifier of sentinels. Every BPF program of this project passes them, and ARP.
inline constexpr uint16_t sentinel_id = 0x5e17;

/// Whether a frame is a sentinel on its way to the guest.
bool is_sentinel(const Frame &frame);

/// The two ends of a cable that QEMU takes (-netdev dgram): first in, first out, without loss.
struct Cable {
  static Result<Cable> create();

  Fd one, other;
};

/// One NIC's cable: a pair of datagram sockets, one end here, the other in QEMU (-netdev dgram).
/// First in, first out, without loss in both directions: a NIC that is not ready makes QEMU stop
/// reading, and then inject() waits. Everything that passes is recorded in a pcapng file,
/// with a comment on each frame: "frame 3 of the test", "frame 3 that came", "sentinel",
/// "the sentinel's answer"; frames are numbered from 0.
class Wire {
public:
  /// NIC `index`, whose frames are recorded in `capture`.
  static Result<Wire> create(unsigned index, const std::filesystem::path &capture);

  /// The two ends' addresses.
  const NicAddress &address() const { return address_; }
  const std::string &name() const { return name_; } ///< "nic0"

  /// Sends frames to the guest's NIC, receiving meanwhile, so that a program that sends everything
  /// back cannot block. Error: an empty frame (QEMU would take it for the end of the wire), a NIC
  /// that does not take the frames before the timeout, a dead guest.
  Result<void> inject(const Frame &frame, milliseconds timeout = wire_timeout);
  Result<void> inject(std::span<const Frame> frames, milliseconds timeout = wire_timeout);

  /// The next frame from the guest.
  Result<Frame> receive(milliseconds timeout = wire_timeout);

  /// Every frame that the guest sent up to now because of what was injected before, without
  /// sleeping: an ICMP echo request follows the injected frames on the wire, and its reply follows
  /// theirs. A second one follows the first reply, as the reply may overtake frames that a driver
  /// holds back until the end of the poll that handled both; the second request is handled in a
  /// later poll. The replies are not among the result. Frames that another NIC is to send are
  /// proved by a sentinel on this wire and then one on the other.
  Result<std::vector<Frame>> until_sentinel(milliseconds timeout = wire_timeout);

  /// inject() and until_sentinel() in one: what came back.
  Result<std::vector<Frame>> exchange(std::span<const Frame> frames,
                                      milliseconds timeout = wire_timeout);
  Result<std::vector<Frame>> exchange(const Frame &frame, milliseconds timeout = wire_timeout);

  /// The `count` frames that the guest is to send by itself, and whatever follows them. Only when
  /// they are here a sentinel proves that there are no more: its own answer rings the doorbell and
  /// wakes NAPI, and would send for the driver what that has left lying. Fewer frames than `count`
  /// are the result if that many do not come in time. Error: the sentinel brought the missing ones.
  Result<std::vector<Frame>> collect(size_t count, milliseconds timeout = wire_timeout);

  /// inject() and collect() in one; for a single frame one comes back.
  Result<std::vector<Frame>> exchange_for(std::span<const Frame> frames, size_t count,
                                          milliseconds timeout = wire_timeout);
  Result<std::vector<Frame>> exchange_for(const Frame &frame, milliseconds timeout = wire_timeout);

  /// Asked several times a second while waiting; its error ends the wait: "the guest panicked".
  void set_health_check(std::function<Result<void>()> check) { health_check_ = std::move(check); }

  /// QEMU's end, to be passed on and then forgotten.
  Fd take_guest_end() { return std::move(guest_end_); }

  /// For floods, of which nobody wants a record: nothing is recorded from now on.
  void stop_capture() { recording_ = false; }

  /// Sends of `frames` as many as the wire takes now; how many that was.
  Result<size_t> offer(std::span<const Frame> frames);

  /// How much of what was sent QEMU has not read yet, in bytes of the kernel's memory; 0 if
  /// nothing.
  Result<size_t> unread() const;

  /// What has come from the guest up to now.
  Result<std::vector<Frame>> take();

  /// Throws away what has come from the guest; how many frames that was.
  Result<size_t> discard();

  /// Writes the capture file up to now.
  Result<void> flush_capture() { return capture_.flush(); }

private:
  Wire(unsigned index, Fd host_end, Fd guest_end, PcapngWriter capture);

  Result<void> health();
  Result<void> wait(short events, const Deadline &deadline);
  Result<void> drain();
  tl::unexpected<Error> fail_recorded(const std::string &message);
  Result<bool> send_one(const Frame &frame);
  std::string comment_on(const Frame &received);
  Result<void> send_all(std::span<const Frame> frames, const Deadline &deadline);
  Result<void> await(size_t count, const Deadline &deadline);
  Result<void> one_sentinel(std::vector<Frame> &before, const Deadline &deadline);
  Result<std::vector<Frame>> until_sentinel(const Deadline &deadline);

  std::string name_;
  NicAddress address_;
  Fd host_end_;
  Fd guest_end_;
  PcapngWriter capture_;
  std::deque<Frame> received_;
  std::function<Result<void>()> health_check_;
  Deadline next_health_check_ = Deadline::exactly({});
  uint64_t nonce_; ///< of the last sentinel
  Frame sentinel_; ///< the last one, until it is answered
  size_t injected_ = 0, came_ = 0;
  bool recording_ = true;
};

} // namespace verdict
