// SPDX-License-Identifier: GPL-2.0-only
#include "wire/wire.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <random>

#include <fmt/format.h>

#include "base/text.h"
#include "packet/builder.h"
#include "packet/dissect.h"

namespace verdict {

namespace {

constexpr int socket_buffer = 8 << 20; ///< bytes; also holds kernel overhead of about 700 a frame
constexpr size_t longest_frame = 65536;
constexpr size_t most_in_flight = 2 * socket_buffer / 512; ///< frames; no queue holds more
constexpr milliseconds health_interval{ 100 };

/// Beyond net.core.wmem_max where we may, else as far as it goes.
void raise_send_buffer(int fd)
{
  if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &socket_buffer, sizeof(socket_buffer)) < 0)
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &socket_buffer, sizeof(socket_buffer));
}

Payload nonce_payload(uint64_t nonce)
{
  Payload payload{ { 's', 'e', 'n', 't', 'i', 'n', 'e', 'l' } };
  for (int shift = 56; shift >= 0; shift -= 8)
    payload.bytes.push_back(static_cast<uint8_t>(nonce >> shift));
  return payload;
}

bool is_sentinel_reply(const Frame &frame, uint64_t nonce)
{
  const Dissection seen = dissect(frame);
  return seen.icmp_echo && seen.icmp_echo->type == 0 && seen.icmp_echo->id == sentinel_id &&
         seen.icmp_echo->sequence == static_cast<uint16_t>(nonce) && seen.ill.empty() &&
         seen.payload.bytes == nonce_payload(nonce).bytes;
}

std::string listing(const std::vector<Frame> &frames)
{
  if (frames.empty())
    return "nothing was received";
  std::string text = "received " + count_of(frames.size(), "frame");
  for (size_t i = 0; i < frames.size() && i < 5; i++)
    text += "\n  " + summary(frames[i]);
  if (frames.size() > 5)
    text += fmt::format("\n  and {} more", frames.size() - 5);
  return text;
}

} // namespace

bool is_sentinel(const Frame &frame)
{
  const auto echo = dissect(frame).icmp_echo;
  return echo && echo->type == 8 && echo->id == sentinel_id;
}

Result<Cable> Cable::create()
{
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
    return fail_errno("socketpair");
  for (const int end : ends)
    raise_send_buffer(end);
  return Cable{ Fd(ends[0]), Fd(ends[1]) };
}

Result<Wire> Wire::create(unsigned index, const std::filesystem::path &capture)
{
  auto cable = TRY(Cable::create());
  auto writer = TRY(PcapngWriter::create(capture));
  return Wire(index, std::move(cable.one), std::move(cable.other), std::move(writer));
}

Wire::Wire(unsigned index, Fd host_end, Fd guest_end, PcapngWriter capture)
    : name_("nic" + std::to_string(index)), address_(NicAddress::of(index)),
      host_end_(std::move(host_end)), guest_end_(std::move(guest_end)),
      capture_(std::move(capture)), nonce_(std::random_device{}())
{
  capture_.add_interface(name_);
}

/// Asks for the guest's health, if there is a check. Error: what that found.
Result<void> Wire::health()
{
  next_health_check_ = Deadline::exactly(health_interval);
  if (!health_check_)
    return {};
  if (auto healthy = health_check_(); !healthy)
    return fail(name_ + ": " + healthy.error().message);
  return {};
}

/// Waits until one of `events` is possible. Error: the deadline, a failed health check; also if
/// the guest never stops sending.
Result<void> Wire::wait(short events, const Deadline &deadline)
{
  for (;;) {
    const bool over = deadline.expired(); // a frame that comes just in time counts
    pollfd end{ .fd = host_end_.get(), .events = events, .revents = 0 };
    const int interval = static_cast<int>(health_interval.count());
    const int count = ::poll(&end, 1, std::min(deadline.poll_timeout(), interval));
    if (count < 0 && errno != EINTR)
      return fail_errno("poll");
    if (over || next_health_check_.expired())
      TRY(health());
    if (over)
      return fail(name_ +
                  (end.revents & POLLIN ? ": frames still came after "
                   : events & POLLOUT   ? ": nothing was taken in "
                                        : ": nothing came in ") +
                  deadline.text());
    if (count > 0)
      return {};
  }
}

/// Moves everything that is there into received_.
Result<void> Wire::drain()
{
  uint8_t buffer[longest_frame];
  // As long as a guest sends faster than this reads there is always one more.
  for (size_t i = 0; i < most_in_flight; i++) {
    const ssize_t size = ::recv(host_end_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return {};
    if (size < 0) {
      const int error = errno;
      TRY(health());
      return fail_errno(name_ + ": the other end of the wire is gone", error);
    }
    received_.push_back({ { buffer, buffer + size } });
    if (recording_)
      capture_.add(0, PcapngWriter::Direction::outbound, received_.back(),
                   comment_on(received_.back()));
  }
  return {};
}

/// What the capture says of a frame that came. To be asked once for each.
std::string Wire::comment_on(const Frame &received)
{
  if (sentinel_.empty() || !is_sentinel_reply(received, nonce_))
    return fmt::format("frame {} that came", came_++);
  sentinel_ = {};
  return "the sentinel's answer";
}

/// Sends a frame; false if the wire takes none now.
Result<bool> Wire::send_one(const Frame &frame)
{
  if (frame.empty())
    return fail(name_ + ": an empty frame cannot be injected: QEMU takes it for the wire's end");
  while (::send(host_end_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    if (errno == EINTR)
      continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
      return false;
    const int error = errno;
    TRY(health());
    return fail_errno(name_ + ": the other end of the wire is gone", error);
  }
  if (recording_)
    capture_.add(0, PcapngWriter::Direction::inbound, frame,
                 frame == sentinel_ ? "sentinel"
                                    : fmt::format("frame {} of the test", injected_++));
  return true;
}

Result<void> Wire::send_all(std::span<const Frame> frames, const Deadline &deadline)
{
  size_t sent = 0;
  const auto incomplete = [&](const std::string &why) {
    return fail(why + fmt::format("; the guest took {} of {} frames", sent, frames.size()));
  };
  while (sent < frames.size()) {
    if (TRY(send_one(frames[sent]))) {
      if (++sent % 32 != 0)
        continue;
      if (sent < frames.size() && deadline.expired())
        return incomplete(name_ + ": not everything was taken in " + deadline.text());
    } else {
      // A Unix datagram socket counts as writable only below a quarter of its buffer, so this
      // wakes up to send in bursts.
      if (auto waited = wait(POLLIN | POLLOUT, deadline); !waited)
        return incomplete(waited.error().message);
    }
    TRY(drain());
  }
  return {};
}

/// An error, with the capture on disk up to here for whoever looks into it.
tl::unexpected<Error> Wire::fail_recorded(const std::string &message)
{
  const auto flushed = capture_.flush();
  return fail(flushed ? message : message + "; " + flushed.error().message);
}

Result<size_t> Wire::offer(std::span<const Frame> frames)
{
  size_t sent = 0;
  while (sent < frames.size()) {
    if (!TRY(send_one(frames[sent])))
      break;
    sent++;
  }
  return sent;
}

Result<size_t> Wire::unread() const
{
  int bytes = 0;
  if (::ioctl(host_end_.get(), SIOCOUTQ, &bytes) < 0)
    return fail_errno(name_ + ": how much QEMU has not read yet is not known");
  return static_cast<size_t>(bytes);
}

Result<std::vector<Frame>> Wire::take()
{
  TRY(drain());
  std::vector<Frame> frames(std::make_move_iterator(received_.begin()),
                            std::make_move_iterator(received_.end()));
  received_.clear();
  return frames;
}

Result<size_t> Wire::discard()
{
  TRY(drain());
  const size_t count = received_.size();
  received_.clear();
  return count;
}

Result<void> Wire::inject(const Frame &frame, milliseconds timeout)
{
  return send_all({ &frame, 1 }, Deadline(timeout));
}

Result<void> Wire::inject(std::span<const Frame> frames, milliseconds timeout)
{
  return send_all(frames, Deadline(timeout));
}

Result<Frame> Wire::receive(milliseconds timeout)
{
  const Deadline deadline(timeout);
  for (;;) {
    TRY(drain());
    if (!received_.empty()) {
      Frame frame = std::move(received_.front());
      received_.pop_front();
      return frame;
    }
    if (auto waited = wait(POLLIN, deadline); !waited)
      return fail_recorded(waited.error().message + "; no frame came");
  }
}

/// Appends to `before` what comes before the reply to one sentinel.
Result<void> Wire::one_sentinel(std::vector<Frame> &before, const Deadline &deadline)
{
  const uint64_t nonce = ++nonce_;
  sentinel_ = padded(
      echo_request(address_, sentinel_id, static_cast<uint16_t>(nonce), nonce_payload(nonce)));
  const Frame request = sentinel_;
  TRY(send_all({ &request, 1 }, deadline));
  for (;;) {
    TRY(drain());
    while (!received_.empty()) {
      Frame frame = std::move(received_.front());
      received_.pop_front();
      if (is_sentinel_reply(frame, nonce))
        return {};
      before.push_back(std::move(frame));
    }
    if (auto waited = wait(POLLIN, deadline); !waited)
      return fail(waited.error().message + "; the guest did not answer the sentinel; " +
                  listing(before));
  }
}

Result<std::vector<Frame>> Wire::until_sentinel(milliseconds timeout)
{
  return until_sentinel(Deadline(timeout));
}

Result<std::vector<Frame>> Wire::until_sentinel(const Deadline &deadline)
{
  std::vector<Frame> before;
  for (int round = 0; round < 2; round++) {
    if (auto done = one_sentinel(before, deadline); !done)
      return fail_recorded(done.error().message);
  }
  TRY(capture_.flush());
  return before;
}

Result<std::vector<Frame>> Wire::exchange(std::span<const Frame> frames, milliseconds timeout)
{
  const Deadline deadline(timeout);
  TRY(send_all(frames, deadline));
  return until_sentinel(deadline);
}

Result<std::vector<Frame>> Wire::exchange(const Frame &frame, milliseconds timeout)
{
  return exchange({ &frame, 1 }, timeout);
}

/// Waits until `count` frames are in received_, or the deadline has passed. Error: a failed health
/// check.
Result<void> Wire::await(size_t count, const Deadline &deadline)
{
  for (;;) {
    TRY(drain());
    if (received_.size() >= count || deadline.expired())
      return {};
    if (auto waited = wait(POLLIN, deadline); !waited && !deadline.expired())
      return waited;
  }
}

Result<std::vector<Frame>> Wire::collect(size_t count, milliseconds timeout)
{
  TRY(await(count, Deadline(timeout)));
  std::vector<Frame> frames = TRY(take());
  const std::vector<Frame> late = TRY(until_sentinel(timeout));
  if (frames.size() < count && !late.empty())
    return fail(name_ + fmt::format(": only {} of {} frames came by themselves; a sentinel brought "
                                    "{} more, for which nobody had rung the doorbell",
                                    frames.size(), count, late.size()));
  frames.insert(frames.end(), late.begin(), late.end());
  return frames;
}

Result<std::vector<Frame>> Wire::exchange_for(std::span<const Frame> frames, size_t count,
                                              milliseconds timeout)
{
  TRY(inject(frames, timeout));
  return collect(count, timeout);
}

Result<std::vector<Frame>> Wire::exchange_for(const Frame &frame, milliseconds timeout)
{
  return exchange_for({ &frame, 1 }, 1, timeout);
}

} // namespace verdict
