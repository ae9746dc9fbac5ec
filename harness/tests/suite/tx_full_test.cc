// SPDX-License-Identifier: GPL-2.0-only
// A Tx ring that is too small for what programs, redirects and the stack want to send: each XDP
// frame is on the wire or counted as an error, each of the stack's frames is on the wire, and the
// stack has its share of the ring.
#include "guest/hex.h"
#include "lab/napi.h"
#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

} // namespace

class TxFull : public XdpTest {
protected:
  /// NIC 0 gets the smallest Tx ring, and is polled by a timer, so that many frames come at once
  /// and nothing is cleaned in between. The timer is slow enough for the slowest guest to fill the
  /// ring between two polls.
  Result<void> make_scarce()
  {
    TRY(set_rings(column().limits().rx_ring, column().limits().least_ring.value()));
    return poll_by_timer(agent(), ifname(), milliseconds(20));
  }

  /// fq_codel, the kernel's default, drops frames that have waited for long.
  Result<void> let_the_stack_wait()
  {
    TRY(agent().run_ok(
        { "tc", "qdisc", "replace", "dev", ifname(), "root", "pfifo", "limit", "100000" }));
    return {};
  }

  /// NIC 0 transmits what comes in, and what NIC 1 redirects to it.
  Result<void> bounce_and_redirect()
  {
    TRY(attach(bounce));
    TRY(load({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(0) }, "redirect"));
    return attach_loaded("redirect", 1);
  }

  /// The ring is empty in the end, and never stuck.
  void expect_all_is_sent()
  {
    ASSERT_OK(wire().until_sentinel()); // these polls clean what was sent before
    // The last sentinel's answer may wait for the timer.
    const std::string limits = "/sys/class/net/" + ifname() + "/queues/tx-0/byte_queue_limits/";
    unsigned long inflight = 0;
    ASSERT_OK(until("BQL has no bytes in flight", [&] {
      return agent().read(limits + "inflight").map([&](const std::string &text) {
        inflight = std::stoul(text);
        return inflight == 0;
      });
    }));
    figure("bytes in BQL at the end", inflight);
    EXPECT_EQ(statistic(Counter::tx_timeouts), 0u);
    const auto frames = test_frames(nic(), 8);
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(swapped(frames)));
  }
};

TEST_P(TxFull, BurstsOfTransmits)
{
  const size_t bursts = 10 * storm();
  ASSERT_OK(make_scarce());
  ASSERT_OK(attach(bounce));
  std::vector<Frame> sent, back;
  for (size_t i = 0; i < bursts; i++) {
    const auto frames = test_frames(nic(), 100);
    ASSERT_OK_AND_ASSIGN(auto some, wire().exchange(frames));
    ASSERT_OK_AND_ASSIGN(auto gaps, find_gaps(swapped(frames), some));
    sent.insert(sent.end(), frames.begin(), frames.end());
    back.insert(back.end(), some.begin(), some.end());
  }
  const uint64_t errors = statistic(Counter::tx_errors);
  EXPECT_EQ(counter(VERDICT_FRAMES), sent.size());
  EXPECT_EQ(back.size() + errors, sent.size());
  EXPECT_EQ(statistic(Counter::tx), back.size());
  EXPECT_GT(errors, 0u) << "the ring was never full, so nothing was tested";
  figure("sent", sent.size());
  figure("back", back.size());
  figure("refused", errors);
  expect_all_is_sent();
}

// Between two polls nothing is cleaned, so what XDP leaves free in one is all that the stack has.
// It never has to wait: were it to, XDP could take the room again before it runs.
TEST_P(TxFull, LeavesRoomForTheStack)
{
  const Limits &limits = column().limits();
  // More than the ring has descriptors, so that XDP could fill it.
  const size_t in_a_poll = limits.least_ring.value() + limits.xdp_of_least_ring.value(),
               of_the_stack = 8;
  ASSERT_OK(set_rings(limits.rx_ring, limits.least_ring.value()));
  ASSERT_OK(attach(bounce));
  // Long enough to fill the Rx ring, and to send for the stack after the poll.
  ASSERT_OK(poll_by_timer(agent(), ifname(), milliseconds(2000)));
  ASSERT_OK(wire().until_sentinel());
  const uint64_t waits = statistic(Counter::tx_restarts);
  const auto frames = test_frames(nic(), in_a_poll);
  const Frame from_stack =
      build(Ethernet{ .dst = nic().host_mac, .src = nic().guest_mac }, pattern(77, 200));
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(auto first, wire().receive());
  EXPECT_THAT(first, IsFrame(swapped(frames[0])));
  ASSERT_OK(agent().packet_send(ifname(), from_stack.bytes, of_the_stack));
  size_t sent = 0;
  while (sent < of_the_stack) {
    ASSERT_OK_AND_ASSIGN(const auto frame, wire().receive());
    sent += frame == from_stack;
  }
  EXPECT_EQ(statistic(Counter::tx_restarts), waits) << "the stack had to wait for a poll";
  EXPECT_GT(statistic(Counter::tx_errors), 0u) << "the ring was never full, so nothing was tested";
  figure("refused", statistic(Counter::tx_errors));
  ASSERT_OK(poll_by_interrupt(agent(), ifname()));
  expect_all_is_sent();
}

// A TSO frame with a small MSS needs more descriptors at once than the stack asks for in advance.
// When XDP has taken them, the frames before it must not wait for its doorbell, and it is sent
// later.
TEST_P(TxFull, LeavesRoomForTsoWithASmallMss)
{
  // A descriptor carries no more than 256 bytes of such a frame, so it needs 36. XDP's half of this
  // ring is less than it sends in a poll.
  constexpr uint16_t mss = 127;
  constexpr size_t payload = 8000, headers = 54, tx_ring = 112;
  ASSERT_OK(set_rings(column().limits().rx_ring, tx_ring));
  size_t of_the_stack = 0;
  ASSERT_OK(poll_by_timer(agent(), ifname(), milliseconds(100)));
  ASSERT_OK(let_the_stack_wait());
  ASSERT_OK(bounce_and_redirect());
  const Frame from_stack =
      build(Ethernet{ .dst = nic().host_mac, .src = nic().guest_mac },
            Ipv4{ .src = nic().guest_ip, .dst = nic().host_ip }, Tcp{}, pattern(1, payload));

  Traffic bouncing(wire(0)), redirected(wire(1));
  const auto refused = [&] {
    return statistic(Counter::tx_errors) + statistic(Counter::xmit_errors);
  };
  // How many frames come in a poll depends on how fast machine and guest are.
  ASSERT_OK(until("XDP finds the ring full", [&]() -> Result<bool> {
    constexpr size_t count = 10;
    TRY(agent().call("packet_send",
                     { { "ifname", ifname() },
                       { "data", guest::to_hex(from_stack) },
                       { "gso_size", mss },
                       { "count", count } },
                     milliseconds(60000)));
    of_the_stack += count;
    return refused() > 0;
  }));
  ASSERT_OK(redirected.stop());
  ASSERT_OK(bouncing.stop());
  std::vector<uint8_t> segments;
  while (segments.size() < payload * of_the_stack) {
    ASSERT_OK_AND_ASSIGN(const auto frame, wire(0).receive());
    if (dissect(frame).tcp)
      segments.insert(segments.end(), frame.bytes.begin() + headers, frame.bytes.end());
  }
  ASSERT_EQ(segments.size(), payload * of_the_stack);
  const auto expected = std::span(from_stack.bytes).subspan(headers);
  for (size_t i = 0; i < of_the_stack; i++)
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), segments.begin() + i * payload))
        << "frame " << i;
  figure("times that the stack had to wait", statistic(Counter::tx_restarts));
  figure("TSO frames", of_the_stack);
  figure("XDP frames refused", refused());
  ASSERT_OK(poll_by_interrupt(agent(), ifname()));
  ASSERT_OK(wire(1).until_sentinel());
  expect_all_is_sent();
}

TEST_P(TxFull, TransmitsRedirectsAndTheStackAtOnce)
{
  const int stack_frames = static_cast<int>(1000 * storm());
  ASSERT_OK(make_scarce());
  ASSERT_OK(let_the_stack_wait());
  ASSERT_OK(bounce_and_redirect());
  const Frame from_stack =
      build(Ethernet{ .dst = nic().host_mac, .src = nic().guest_mac }, pattern(77, 200));

  Traffic bouncing(wire(0)), redirected(wire(1));
  ASSERT_OK(agent().call(
      "packet_send",
      { { "ifname", ifname() }, { "data", guest::to_hex(from_stack) }, { "count", stack_frames } },
      milliseconds(60000 + 5 * stack_frames)));
  ASSERT_OK_AND_ASSIGN(auto sent_redirected, redirected.stop());
  ASSERT_OK_AND_ASSIGN(auto sent_bouncing, bouncing.stop());
  ASSERT_OK_AND_ASSIGN(auto nothing, wire(1).until_sentinel());
  EXPECT_THAT(nothing, HasNoFrames());
  // The stack's frames queue up before the ring, and sentinels need not wait behind them.
  std::vector<Frame> out;
  for (int missing = stack_frames; missing > 0;) {
    ASSERT_OK_AND_ASSIGN(auto frame, wire(0).receive());
    missing -= frame == from_stack;
    out.push_back(std::move(frame));
  }
  ASSERT_OK_AND_ASSIGN(const auto rest, wire(0).until_sentinel());
  out.insert(out.end(), rest.begin(), rest.end());

  // Three streams in one, each in order.
  std::vector<Frame> bounced, through, stack;
  size_t xdp_before_last = 0;
  for (Frame &frame : out) {
    if (frame == from_stack) {
      xdp_before_last = bounced.size() + through.size();
      stack.push_back(frame);
    } else if (frame.size() >= 12 && std::equal(frame.bytes.begin() + 6, frame.bytes.begin() + 12,
                                                nic(1).host_mac.bytes.begin())) {
      through.push_back(std::move(frame));
    } else {
      bounced.push_back(std::move(frame));
    }
  }
  ASSERT_OK(find_gaps(swapped(sent_bouncing), bounced));
  ASSERT_OK(find_gaps(sent_redirected, through));
  EXPECT_EQ(stack.size(), static_cast<size_t>(stack_frames));
  EXPECT_GT(xdp_before_last, 0u) << "XDP got nothing while the stack was sending";

  const uint64_t tx_errors = statistic(Counter::tx_errors),
                 xmit_errors = statistic(Counter::xmit_errors);
  EXPECT_EQ(counter(VERDICT_FRAMES), sent_bouncing.size());
  EXPECT_EQ(bounced.size() + tx_errors, sent_bouncing.size());
  EXPECT_EQ(counter(VERDICT_FRAMES, "redirect"), sent_redirected.size());
  EXPECT_EQ(statistic(Counter::redirect, 1), sent_redirected.size());
  EXPECT_EQ(statistic(Counter::xmit), through.size());
  EXPECT_EQ(through.size() + xmit_errors, sent_redirected.size());
  EXPECT_GT(tx_errors + xmit_errors, 0u) << "the ring was never full, so nothing was tested";
  const uint64_t waits = statistic(Counter::tx_restarts);
  EXPECT_GT(waits, 0u) << "the stack never had to wait";
  figure("of the stack", stack.size());
  figure("times that it had to wait", waits);
  figure("XDP while the stack was sending", xdp_before_last);
  figure("bounced", bounced.size());
  figure("refused", tx_errors);
  figure("redirected", through.size());
  figure("refused", xmit_errors);
  expect_all_is_sent();
}

VERDICT_ON_NICS_OF(life, TxFull);

} // namespace verdict
