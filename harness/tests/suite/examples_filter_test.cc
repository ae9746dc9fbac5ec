// SPDX-License-Identifier: GPL-2.0-only
// The example "filter": blocked networks and a limit for each source, exact to the frame.
#include <chrono>
#include <cstring>

#include "selftests/drivers/net/xdp/examples/filter.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr uint16_t port = 7000;

/// So long that nothing is refilled while a test runs.
constexpr uint64_t an_hour = 3600'000'000'000;

filter_prefix prefix(const Ipv4Address &network, uint32_t length)
{
  filter_prefix key{ .length = length, .address = {} };
  std::memcpy(key.address, network.bytes.data(), sizeof(key.address));
  return key;
}

constexpr Ipv4Address good{ { 203, 0, 113, 5 } }, better{ { 203, 0, 113, 6 } };

} // namespace

class ExampleFilter : public ExampleTest {
protected:
  Result<void> start(const filter_limit &limit = {})
  {
    TRY(load_example("filter", { "filter" }));
    TRY(set("limit", uint32_t{ 0 }, limit));
    TRY(attach_example("filter"));
    packets_ = TRY(sniff(0, ethertype_ipv4));
    // Or the guest would answer datagrams with errors.
    TRY(udp_socket(port));
    return {};
  }

  Result<void> block(const Ipv4Address &network, uint32_t length)
  {
    return set("blocklist", prefix(network, length), uint64_t{ 0 });
  }

  Result<uint64_t> dropped_by(const Ipv4Address &network, uint32_t length)
  {
    return get<uint64_t>("blocklist", prefix(network, length));
  }

  Frame datagram(const Ipv4Address &source, uint16_t number) const
  {
    return build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                 Ipv4{ .src = source, .dst = nic().guest_ip, .id = number },
                 Udp{ .src_port = 1000, .dst_port = port }, pattern(number, 60));
  }

  /// Something else than UDP that the guest does not answer.
  Frame echo_reply(const Ipv4Address &source, uint16_t number) const
  {
    return build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                 Ipv4{ .src = source, .dst = nic().guest_ip, .id = number },
                 IcmpEcho{ .type = 0, .id = 1, .sequence = number }, pattern(number, 60));
  }

  /// Of these frames, which come in one stream, the stack gets those that `passes` names.
  void expect_filtered(const std::vector<Frame> &frames,
                       const std::function<bool(size_t index)> &passes)
  {
    size_t index = 0;
    for (const auto burst : bursts(frames)) {
      std::vector<Frame> passed;
      for (const Frame &frame : burst) {
        if (passes(index++))
          passed.push_back(frame);
      }
      expect_in_stack(burst, packets_, passed);
      passed_ += passed.size() + sentinels;
    }
    EXPECT_EQ(counted(FILTER_PASSED), passed_);
  }

private:
  /// That prove the end of a burst, and are IPv4 frames that pass as well.
  static constexpr size_t sentinels = 2;

  int packets_ = -1;
  uint64_t passed_ = 0;
};

// 600 frames of ten sources, four of which are in blocked networks. Each dropped frame is counted
// for the longest prefix that its source fits.
TEST_P(ExampleFilter, BlockedNetworksAreDroppedToTheFrame)
{
  constexpr size_t count = 600;
  const Ipv4Address network{ { 192, 0, 2, 0 } }, half{ { 192, 0, 2, 128 } };
  const Ipv4Address host{ { 198, 51, 100, 7 } };
  ASSERT_OK(start());
  ASSERT_OK(block(network, 24));
  ASSERT_OK(block(half, 25));
  ASSERT_OK(block(host, 32));
  const std::vector<Ipv4Address> sources{
    { { 192, 0, 2, 1 } },    { { 192, 0, 2, 127 } },  { { 192, 0, 2, 129 } },
    { { 198, 51, 100, 7 } }, { { 198, 51, 100, 6 } }, { { 198, 51, 100, 8 } },
    { { 192, 0, 1, 255 } },  { { 192, 0, 3, 0 } },    good,
    nic().host_ip,
  };
  constexpr size_t blocked = 4;
  std::vector<Frame> frames;
  for (size_t i = 0; i < count; i++) {
    const Ipv4Address &source = sources[i % sources.size()];
    frames.push_back(i % 3 ? datagram(source, i) : echo_reply(source, i));
  }

  expect_filtered(frames, [&](size_t i) { return i % sources.size() >= blocked; });
  const uint64_t of_each = count / sources.size();
  EXPECT_EQ(counted(FILTER_BLOCKED), blocked * of_each);
  ASSERT_OK_AND_ASSIGN(const uint64_t by_network, dropped_by(network, 24));
  EXPECT_EQ(by_network, 2 * of_each);
  ASSERT_OK_AND_ASSIGN(const uint64_t by_half, dropped_by(half, 25));
  EXPECT_EQ(by_half, of_each);
  ASSERT_OK_AND_ASSIGN(const uint64_t by_host, dropped_by(host, 32));
  EXPECT_EQ(by_host, of_each);
  EXPECT_EQ(counted(FILTER_LIMITED), 0u);
}

// Two sources at once, each with a bucket of its own; what is not UDP needs no tokens.
TEST_P(ExampleFilter, ASourceHasItsBurstAndNoMore)
{
  constexpr size_t each = 40, burst = 10;
  ASSERT_OK(start({ .burst = burst, .refill_ns = an_hour }));
  std::vector<Frame> frames;
  for (size_t i = 0; i < each; i++) {
    frames.push_back(datagram(good, i));
    frames.push_back(echo_reply(good, i));
    frames.push_back(datagram(better, i));
  }
  expect_filtered(frames, [](size_t i) { return i / 3 < burst || i % 3 == 1; });
  EXPECT_EQ(counted(FILTER_LIMITED), 2 * (each - burst));
  EXPECT_EQ(counted(FILTER_BLOCKED), 0u);
}

// Two hours that never were: the bucket is written back by so much.
TEST_P(ExampleFilter, ABucketIsRefilledByTheTimeThatHasGoneBy)
{
  constexpr size_t burst = 4, hours = 2;
  ASSERT_OK(start({ .burst = burst, .refill_ns = an_hour }));
  std::vector<Frame> frames;
  for (size_t i = 0; i < 2 * burst; i++)
    frames.push_back(datagram(good, i));
  expect_filtered(frames, [](size_t i) { return i < burst; });

  ASSERT_OK_AND_ASSIGN(const uint64_t full_at, get<uint64_t>("buckets", good));
  ASSERT_OK(set("buckets", good, full_at - hours * an_hour));
  expect_filtered(frames, [](size_t i) { return i < hours; });

  // A bucket that was full when the guest booted, with a token for each half of the time since
  // then: it has no more than its burst.
  const uint64_t since_boot = full_at - burst * an_hour;
  ASSERT_OK(
      set("limit", uint32_t{ 0 }, filter_limit{ .burst = burst, .refill_ns = since_boot / 2 }));
  ASSERT_OK(set("buckets", good, uint64_t{ 0 }));
  expect_filtered(frames, [](size_t i) { return i < burst; });
}

// With the guest's clock: a source that has nothing left sends on until a frame of it passes.
TEST_P(ExampleFilter, ATokenComesAfterItsTimeAndNotBefore)
{
  using std::chrono::steady_clock;
  constexpr milliseconds refill{ 200 };
  ASSERT_OK(start({ .burst = 1, .refill_ns = std::chrono::nanoseconds(refill).count() }));
  const Frame frame = datagram(good, 1);
  uint64_t sent = 0;
  const auto begin = steady_clock::now();
  ASSERT_OK(until("two frames pass", [&]() -> Result<bool> {
    TRY(wire().exchange(frame));
    sent++;
    return sent - counted(FILTER_LIMITED) == 2;
  }));
  // The guest's clock is the host's, but for what it has measured its TSC wrong by.
  EXPECT_GE(steady_clock::now() - begin, refill * 9 / 10);
}

VERDICT_ON_NICS_OF(examples, ExampleFilter);

} // namespace verdict
