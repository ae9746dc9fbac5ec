// SPDX-License-Identifier: GPL-2.0-only
// The wire against a thread that plays QEMU and the guest.
#include "wire/wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <thread>

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "packet/builder.h"
#include "packet/dissect.h"
#include "packet/matchers.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::HasSubstr;

const NicAddress nic = NicAddress::of(0);

/// The answer of a stack to an ICMP echo request.
Frame echo_reply_to(const Frame &request)
{
  const Dissection seen = dissect(request);
  return build(
      Ethernet{ .dst = seen.ethernet->src, .src = seen.ethernet->dst },
      Ipv4{ .src = seen.ipv4->dst, .dst = seen.ipv4->src },
      IcmpEcho{ .type = 0, .id = seen.icmp_echo->id, .sequence = seen.icmp_echo->sequence },
      seen.payload);
}

/// Reads frames and hands each to `handle`, which may send.
class Peer {
public:
  using Handler = std::function<void(Peer &, const Frame &)>;

  Peer(Fd end, Handler handle)
      : end_(std::move(end)), thread_([this, handle = std::move(handle)] { run(handle); })
  {
  }
  ~Peer()
  {
    stop_ = true;
    thread_.join();
  }

  void send(const Frame &frame)
  {
    while (!stop_ && ::send(end_.get(), frame.data(), frame.size(), MSG_NOSIGNAL) < 0) {
      pollfd end{ .fd = end_.get(), .events = POLLOUT, .revents = 0 };
      ::poll(&end, 1, 10);
    }
  }

  /// Sends until the test is over.
  void flood(const Frame &frame)
  {
    while (!stop_)
      send(frame);
  }

private:
  void run(const Handler &handle)
  {
    while (!stop_) {
      pollfd end{ .fd = end_.get(), .events = POLLIN, .revents = 0 };
      ::poll(&end, 1, 10);
      uint8_t buffer[65536];
      const ssize_t size = ::recv(end_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
      if (size > 0)
        handle(*this, { { buffer, buffer + size } });
    }
  }

  Fd end_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// A guest that sends everything back, but answers echo requests.
void bounce(Peer &peer, const Frame &frame)
{
  peer.send(dissect(frame).icmp_echo ? echo_reply_to(frame) : frame);
}

class WireTest : public testing::Test {
protected:
  Result<Wire> create() { return Wire::create(0, directory_.path() / "nic0.pcapng"); }

  TemporaryDirectory directory_;
};

TEST_F(WireTest, DeliversFramesByteForByte)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), bounce);
  for (const size_t size : { 14, 60, 1514, 9014, 16384 }) {
    ASSERT_OK(wire.inject(test_frame(nic, size, size)));
    ASSERT_OK_AND_ASSIGN(const Frame frame, wire.receive());
    EXPECT_THAT(frame, IsFrame(test_frame(nic, size, size)));
  }
}

TEST_F(WireTest, TakesManyFramesThatAllComeBack)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), bounce);
  std::vector<Frame> frames;
  for (uint64_t seed = 0; seed < 20000; seed++)
    frames.push_back(test_frame(nic, seed, 1514));
  ASSERT_OK_AND_ASSIGN(const auto back, wire.exchange(frames, milliseconds(60000)));
  EXPECT_TRUE(back == frames) << back.size() << " frames came back";
}

TEST_F(WireTest, ASentinelProvesThatNothingCame)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), [](Peer &peer, const Frame &frame) {
    if (dissect(frame).icmp_echo)
      peer.send(echo_reply_to(frame));
  });
  ASSERT_OK_AND_ASSIGN(const auto frames, wire.exchange(test_frame(nic, 1)));
  EXPECT_THAT(frames, HasNoFrames());
}

TEST_F(WireTest, CollectsFramesThatComeByThemselves)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), bounce);
  const std::vector<Frame> frames{ test_frame(nic, 1), test_frame(nic, 2), test_frame(nic, 3) };
  ASSERT_OK_AND_ASSIGN(auto back, wire.exchange_for(frames, 3));
  EXPECT_THAT(back, AreFrames(frames));
  ASSERT_OK_AND_ASSIGN(back, wire.exchange_for(frames, 2)); // one more than was asked for
  EXPECT_THAT(back, AreFrames(frames));
}

TEST_F(WireTest, TellsOfFramesThatNeedASentinelToCome)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  std::vector<Frame> held;
  const Peer peer(wire.take_guest_end(), [&](Peer &peer, const Frame &frame) {
    if (!dissect(frame).icmp_echo) {
      held.push_back(frame);
      return;
    }
    for (const Frame &late : held)
      peer.send(late);
    held.clear();
    peer.send(echo_reply_to(frame));
  });
  const auto back = wire.exchange_for(test_frame(nic, 1), milliseconds(200));
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().message, HasSubstr("only 0 of 1 frames came by themselves; a sentinel "
                                              "brought 1 more"));
}

TEST_F(WireTest, CollectsFewerFramesIfTheOthersAreLost)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), [](Peer &peer, const Frame &frame) {
    if (frame != test_frame(nic, 2))
      bounce(peer, frame);
  });
  const std::vector<Frame> frames{ test_frame(nic, 1), test_frame(nic, 2) };
  ASSERT_OK_AND_ASSIGN(const auto back, wire.exchange_for(frames, 2, milliseconds(200)));
  EXPECT_THAT(back, AreFrames({ frames[0] }));
}

// A driver may send what it has collected behind the stack's answer of the same poll.
TEST_F(WireTest, ASentinelsReplyMayOvertakeOthers)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(),
                  [held = std::vector<Frame>()](Peer &peer, const Frame &frame) mutable {
                    if (!dissect(frame).icmp_echo) {
                      held.push_back(frame);
                      return;
                    }
                    peer.send(echo_reply_to(frame));
                    for (const Frame &late : std::exchange(held, {}))
                      peer.send(late);
                  });
  ASSERT_OK_AND_ASSIGN(const auto frames, wire.exchange(test_frame(nic, 1)));
  EXPECT_THAT(frames, AreFrames({ test_frame(nic, 1) }));
}

// A program that sends the sentinel itself back instead of passing it must not satisfy it.
TEST_F(WireTest, AnEchoRequestThatComesBackIsNoReply)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(),
                  [](Peer &peer, const Frame &frame) { peer.send(swapped(frame)); });
  const auto frames = wire.until_sentinel(milliseconds(1000));
  ASSERT_FALSE(frames);
  EXPECT_THAT(frames.error().message, HasSubstr("nic0"));
  EXPECT_THAT(frames.error().message, HasSubstr("received 1 frame"));
  EXPECT_THAT(frames.error().message, HasSubstr("ICMP echo request id 0x5e17"));
}

TEST_F(WireTest, ADamagedSentinelIsNoReply)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(), [](Peer &peer, const Frame &frame) {
    Frame reply = echo_reply_to(frame);
    reply.bytes.back() ^= 1;
    peer.send(reply);
  });
  EXPECT_FALSE(wire.until_sentinel(milliseconds(200)));
}

TEST_F(WireTest, ASlowGuestHasOneTimeLimitForAnExchange)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end(); // and nobody answers
  set_guest_slowness(50);
  const std::string limit = Deadline(milliseconds(10)).text();
  const auto frames = wire.exchange(test_frame(nic, 1), milliseconds(10));
  set_guest_slowness(1);
  ASSERT_FALSE(frames);
  EXPECT_THAT(frames.error().message, HasSubstr("nothing came in " + limit +
                                                "; the guest did not "
                                                "answer the sentinel"));
}

TEST_F(WireTest, RefusesAnEmptyFrame)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const auto injected = wire.inject(std::vector<Frame>{ test_frame(nic, 1), Frame{} });
  ASSERT_FALSE(injected);
  EXPECT_THAT(injected.error().message, HasSubstr("empty frame"));
}

TEST_F(WireTest, SaysHowManyFramesAGuestTook)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end(); // and nobody reads
  const std::vector<Frame> frames(100000, test_frame(nic, 1, 1514));
  const auto injected = wire.inject(frames, milliseconds(200));
  ASSERT_FALSE(injected);
  EXPECT_THAT(injected.error().message, HasSubstr("of 100000 frames"));
}

TEST_F(WireTest, OffersNoMoreThanTheWireTakes)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end();
  const std::vector<Frame> frames(100000, test_frame(nic, 1, 1514));
  ASSERT_OK_AND_ASSIGN(size_t memory, wire.unread());
  EXPECT_EQ(memory, 0u);
  ASSERT_OK_AND_ASSIGN(const size_t one, wire.offer({ frames.data(), 1 }));
  EXPECT_EQ(one, 1u);
  ASSERT_OK_AND_ASSIGN(memory, wire.unread());
  EXPECT_GT(memory, 1514u);
  ASSERT_OK_AND_ASSIGN(const size_t some, wire.offer(frames));
  EXPECT_GT(some, 0u);
  EXPECT_LT(some, frames.size());
  ASSERT_OK_AND_ASSIGN(size_t unread, wire.unread());
  EXPECT_EQ(unread, (some + 1) * memory);
  uint8_t buffer[2048];
  ASSERT_EQ(::recv(guest_end.get(), buffer, sizeof(buffer), 0), 1514);
  ASSERT_OK_AND_ASSIGN(unread, wire.unread());
  EXPECT_EQ(unread, some * memory);
}

TEST_F(WireTest, DiscardsAndCounts)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end();
  for (int i = 0; i < 3; i++)
    ASSERT_EQ(::send(guest_end.get(), "frame", 5, 0), 5);
  ASSERT_OK_AND_ASSIGN(const size_t discarded, wire.discard());
  EXPECT_EQ(discarded, 3u);
  EXPECT_FALSE(wire.receive(milliseconds(10)));
}

TEST_F(WireTest, RecordsNothingAfterStopCapture)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end();
  const auto recorded = [&] {
    EXPECT_OK(wire.flush_capture());
    return std::filesystem::file_size(directory_.path() / "nic0.pcapng");
  };
  ASSERT_OK(wire.offer(std::vector<Frame>{ test_frame(nic, 1) }));
  const auto before = recorded();
  wire.stop_capture();
  ASSERT_OK(wire.offer(std::vector<Frame>{ test_frame(nic, 1) }));
  EXPECT_EQ(recorded(), before);
}

TEST_F(WireTest, ReportsAnEndThatIsGone)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  wire.take_guest_end().reset();
  const auto injected = wire.inject(test_frame(nic, 1));
  ASSERT_FALSE(injected);
  EXPECT_THAT(injected.error().message, HasSubstr("the other end of the wire is gone"));
}

TEST_F(WireTest, AFailedHealthCheckEndsTheWait)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Fd guest_end = wire.take_guest_end();
  wire.set_health_check([]() -> Result<void> { return fail("the guest panicked"); });
  const Deadline deadline(milliseconds(30000));
  const auto frame = wire.receive(milliseconds(30000));
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().message, "nic0: the guest panicked; no frame came");
  EXPECT_FALSE(deadline.expired());
}

// A program may send the same frame in a circle.
TEST_F(WireTest, AFloodDoesNotOutliveADeadline)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(),
                  [](Peer &peer, const Frame &) { peer.flood(test_frame(nic, 1)); });
  const auto before = wire.until_sentinel(milliseconds(200));
  ASSERT_FALSE(before);
  EXPECT_THAT(before.error().message, HasSubstr("nic0: frames still came after "));
  EXPECT_THAT(before.error().message, HasSubstr("the guest did not answer the sentinel; received"));
  const auto injected =
      wire.inject(std::vector<Frame>(100000, test_frame(nic, 2)), milliseconds(200));
  ASSERT_FALSE(injected);
  EXPECT_THAT(injected.error().message, HasSubstr("of 100000 frames"));
}

TEST_F(WireTest, AFloodDoesNotHideAFailedHealthCheck)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, create());
  const Peer peer(wire.take_guest_end(),
                  [](Peer &peer, const Frame &) { peer.flood(test_frame(nic, 1)); });
  wire.set_health_check([]() -> Result<void> { return fail("the guest panicked"); });
  const Deadline deadline(milliseconds(30000));
  const auto before = wire.until_sentinel(milliseconds(30000));
  ASSERT_FALSE(before);
  EXPECT_THAT(before.error().message, HasSubstr("nic0: the guest panicked"));
  EXPECT_FALSE(deadline.expired());
}

TEST_F(WireTest, TellsThatFramesCouldNotBeRecorded)
{
  ASSERT_OK_AND_ASSIGN(Wire wire, Wire::create(0, "/dev/full"));
  const Peer peer(wire.take_guest_end(), bounce);
  const auto seen = wire.exchange(test_frame(nic, 1));
  ASSERT_FALSE(seen);
  EXPECT_THAT(seen.error().message, HasSubstr("No space left on device"));
  const auto none = wire.receive(milliseconds(10));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr("no frame came"), HasSubstr("No space left on device")));
}

} // namespace

} // namespace verdict
