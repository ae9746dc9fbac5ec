// SPDX-License-Identifier: GPL-2.0-only
// Memory runs out: in a poll for one allocation in so many or for all of them, and while an
// interface is set up for one after the other. Frames are lost only where the driver counts them,
// nothing leaks, and when memory is back all goes on by itself. And the watchdog looks at the worst
// moment. On the debug kernel.
#include <sstream>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"
#include "lab/link.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

/// Directories of debugfs (Documentation/fault-injection in the kernel).
constexpr const char *pages = "fail_page_alloc", *slabs = "failslab";

/// Longer than what is copied for the stack (rx-copybreak), so that the buffer goes with the skb.
constexpr size_t uncopied = 600;

constexpr verdict_config pass{ .action = XDP_PASS };
constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

} // namespace

class Faults : public XdpTest {
protected:
  void SetUp() override
  {
    XdpTest::SetUp();
    if (HasFatalFailure())
      return;
    REQUIRE_KERNEL(inject_faults);
    for (const char *kind : { pages, slabs }) {
      ASSERT_OK(agent().write(knob(kind, "verbose"), "0"));
      ASSERT_OK(agent().write(knob(kind, "times"), "-1"));
    }
    ASSERT_OK(agent().write(knob(pages, "min-order"), "0"));
    allow_in_log("DMA-API: cacheline tracking ENOMEM", "it had no memory either");
  }

  static std::string knob(const std::string &kind, const std::string &name)
  {
    return "/sys/kernel/debug/" + kind + "/" + name;
  }

  /// Of the allocations that must not wait, as those in a poll, so many fail.
  Result<void> let_fail(const char *kind, unsigned percent)
  {
    return agent().write(knob(kind, "probability"), std::to_string(percent));
  }

  /// Of all slabs only those of one cache fail.
  Result<void> only_of_cache(const std::string &cache)
  {
    TRY(agent().write(knob(slabs, "cache-filter"), "1"));
    return agent().write("/sys/kernel/slab/" + cache + "/failslab", "1");
  }

  /// Only what is allocated for one of these functions fails.
  Result<void> only_for(const char *kind, const std::function<bool(std::string_view)> &function)
  {
    auto symbols = TRY(agent().kallsyms(false));
    constexpr uint64_t more_than_a_function = 0x1000;
    uint64_t start = UINT64_MAX, end = 0;
    for (const std::string &line : split_lines(symbols)) {
      const uint64_t address = std::stoull(line, nullptr, 16);
      // "ffffffff81000000 T _text"
      constexpr size_t before_name = 19;
      if (!function(std::string_view(line).substr(before_name)))
        continue;
      start = std::min(start, address);
      end = std::max(end, address + more_than_a_function);
    }
    if (!end)
      return fail("the guest has no such function");
    return only_between(kind, start, end);
  }

  /// Only what is allocated for code between these addresses fails.
  Result<void> only_between(const char *kind, uint64_t start, uint64_t end)
  {
    TRY(agent().write(knob(kind, "require-start"), std::to_string(start)));
    return agent().write(knob(kind, "require-end"), std::to_string(end));
  }

  /// Of the pages of the driver's pool, and of nothing else, so many fail. fail_page_alloc could be
  /// told to look at callers, but without frame pointers the kernel guesses those, and slabs of
  /// skbs fail too.
  Result<void> let_driver_pages_fail(uint32_t percent)
  {
    const guest::Program program{ "faults", "few_pool_pages" };
    if (!faults_loaded_) {
      TRY(agent().bpf_load("faults.bpf.o", program.name, { program.program }));
      TRY(agent().trace_attach(program));
      faults_loaded_ = true;
    }
    const uint32_t key = 0;
    return agent().map_update(program.name, "percent", bytes_of(key), bytes_of(percent));
  }

  /// What the driver allocates of this kind, or is allocated for it, fails, also where it may
  /// wait. call_failing() counts nothing else: a slab takes a page now and then, so with both
  /// kinds at once the nth allocation would not be the same each time. The DMA debugger's nodes,
  /// several for each buffer, lie deeper below the driver than all of that.
  Result<void> all_of_the_driver(const char *kind)
  {
    const std::string &driver = column().nics.front().driver;
    for (const char *each : { pages, slabs }) {
      TRY(agent().write(knob(each, "ignore-gfp-wait"), "0"));
      TRY(agent().write(knob(each, "stacktrace-depth"), "10"));
      TRY(only_between(each, 0, 1));
    }
    return only_for(kind,
                    [&](std::string_view name) { return name.ends_with("[" + driver + "]"); });
  }

  /// Frames that got no skb.
  uint64_t dropped() { return link_statistic("rx_dropped"); }

  uint64_t failed() { return statistic(Counter::alloc_failed); }

  /// How often a CPU of the guest has polled its NICs.
  Result<uint64_t> rx_softirqs()
  {
    const std::string softirqs = TRY(agent().read("/proc/softirqs"));
    uint64_t sum = 0;
    for (const std::string &line : split_lines(softirqs)) {
      std::istringstream words(line);
      std::string name;
      if (words >> name && name == "NET_RX:") {
        for (uint64_t count; words >> count;)
          sum += count;
      }
    }
    return sum;
  }

  /// With `bounce` attached, each frame comes back.
  void expect_bounces()
  {
    const auto frames = test_frames(nic(), notable_sizes());
    ASSERT_OK_AND_ASSIGN(const auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(swapped(frames)));
  }

  /// Lets the 1st, 2nd, 3rd ... allocation of an operation fail until it has no more of them.
  /// `attempt` does it with the nth failing, `again` has to succeed after each.
  void expect_survives(const std::function<Result<guest::FaultResult>(unsigned nth)> &attempt,
                       const std::function<Result<void>()> &again)
  {
    allow_in_log("Call Trace", "vmalloc() tells of a failure, which was injected");
    size_t refused = 0;
    for (const char *kind : { slabs, pages }) {
      ASSERT_OK(all_of_the_driver(kind));
      for (size_t nth = 0;;) {
        nth++;
        SCOPED_TRACE(fmt::format("{}, {}", kind, nth));
        ASSERT_OK_AND_ASSIGN(const guest::FaultResult result, attempt(nth));
        refused += result.error.has_value();
        ASSERT_OK(again());
        if (!result.failed) {
          ASSERT_EQ(result.error, std::nullopt);
          figure(kind, nth - 1);
          break;
        }
      }
    }
    EXPECT_GT(refused, 0u) << "no failure was noticed";
    figure("refused", refused);
    ASSERT_OK(until_link(agent(), ifname()));
    expect_bounces();
  }

  bool faults_loaded_ = false;
};

TEST_P(Faults, FewSkbs)
{
  ASSERT_OK(attach(pass));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  ASSERT_OK(only_of_cache("skbuff_head_cache"));
  size_t sent = 0;
  // Heads are allocated in bulks, and the socket does not keep as many frames as 1 % would take.
  for (const unsigned percent : { 5, 20, 100 }) {
    ASSERT_OK(let_fail(slabs, percent));
    const uint64_t enough = failed() + 3;
    ASSERT_OK(until("three allocations fail", [&] {
      const auto frames = test_frames(nic(), 200, uncopied);
      sent += frames.size();
      EXPECT_OK(wire().inject(frames));
      return failed() >= enough;
    }));
  }
  // The rest still has none: a sentinel would be lost.
  ASSERT_OK(until("the program has seen all", [&] { return counter(VERDICT_FRAMES) >= sent; }));
  ASSERT_OK(let_fail(slabs, 0));
  ASSERT_OK_AND_ASSIGN(const auto back, wire().until_sentinel());
  EXPECT_THAT(back, HasNoFrames());
  ASSERT_OK_AND_ASSIGN(const auto stack, agent().packet_count(socket));
  EXPECT_EQ(counter(VERDICT_FRAMES), sent);
  EXPECT_EQ(stack.dropped, 0u);
  EXPECT_EQ(stack.count + failed(), sent);
  EXPECT_EQ(dropped(), failed());
  figure("sent", sent);
  figure("in the stack", stack.count);
  figure("without an skb", failed());
}

TEST_P(Faults, FewPages)
{
  ASSERT_OK(attach(pass));
  // What is in the socket's queue holds its page, so that the ring needs other ones.
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  size_t sent = 0, in_stack = 0;
  for (const unsigned percent : { 1, 10, 50 }) {
    ASSERT_OK(let_driver_pages_fail(percent));
    for (int round = 0; round < 3; round++) {
      const auto frames = test_frames(nic(), 2000, uncopied);
      sent += frames.size();
      ASSERT_OK(wire().exchange(frames));
      ASSERT_OK_AND_ASSIGN(const auto stack, agent().packet_count(socket));
      EXPECT_EQ(stack.dropped, 0u);
      in_stack += stack.count;
    }
  }
  ASSERT_OK(let_driver_pages_fail(0));
  ASSERT_OK(wire().until_sentinel()); // this poll fills the ring, where the last one could not
  EXPECT_EQ(counter(VERDICT_FRAMES), sent);
  EXPECT_EQ(in_stack, sent);
  EXPECT_GT(failed(), 0u);
  figure("sent", sent);
  figure("in the stack", in_stack);
  figure("pages refused", failed());
}

TEST_P(Faults, NoPagesForAWhile)
{
  ASSERT_OK(attach(pass));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  // Once round the ring, so that also the descriptor without a buffer says that it is done.
  constexpr size_t around = 600;
  ASSERT_OK(wire().exchange(test_frames(nic(), around, uncopied)));
  ASSERT_OK(sniffed(socket, around));
  // More than ring and pool have: the rest waits on the wire, and none of it may be lost.
  const auto frames = test_frames(nic(), 800, uncopied);
  ASSERT_OK(let_driver_pages_fail(100));
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK(until("the ring runs dry", [&] {
    return rx_ring().map([](const RxRing &ring) { return ring.owned <= 1; });
  }));
  // With no buffer there is no interrupt: it has to try again by itself.
  const uint64_t tries = failed();
  ASSERT_OK(until("the driver tries again", [&] { return failed() > tries + 10; }));
  ASSERT_OK(let_driver_pages_fail(0));
  ASSERT_OK_AND_ASSIGN(const auto back, wire().until_sentinel());
  EXPECT_THAT(back, HasNoFrames());
  EXPECT_EQ(counter(VERDICT_FRAMES), around + frames.size());
  ASSERT_OK_AND_ASSIGN(const auto stack, sniffed(socket, frames.size()));
  EXPECT_THAT(stack, AreFrames(frames));
  figure("sent", frames.size());
  figure("in the stack", stack.size());
  figure("pages refused", failed());
}

// A ring that is nearly full has time until the next interrupt. A socket keeps what has been
// received, so that no buffer comes back for the ring.
TEST_P(Faults, AFewMissingBuffersDoNotKeepItPolling)
{
  ASSERT_OK(sniff());
  ASSERT_OK(attach(pass));
  ASSERT_OK(let_driver_pages_fail(100));
  const auto frames = test_frames(nic(), 5, uncopied);
  while (!failed()) {
    ASSERT_OK(wire().inject(frames));
    ASSERT_OK(wire().until_sentinel());
  }
  ASSERT_OK_AND_ASSIGN(const RxRing ring, rx_ring());
  ASSERT_LT(ring.owned, ring.count - column().nics.front().limits.spare_descriptors.value())
      << "no buffer is missing";
  ASSERT_OK_AND_ASSIGN(const uint64_t before, rx_softirqs());
  constexpr size_t calls = 20;
  for (size_t i = 0; i < calls; i++)
    ASSERT_OK(agent().ping(milliseconds(10000)));
  ASSERT_OK_AND_ASSIGN(const uint64_t after, rx_softirqs());
  EXPECT_LT(after - before, calls);
  ASSERT_OK(let_driver_pages_fail(0));
  ASSERT_OK(wire().until_sentinel());
  ASSERT_OK_AND_ASSIGN(const auto told, agent().call("qstats", { { "ifindex", ifindex() } }));
  EXPECT_EQ(told.value("rx_alloc_fail", uint64_t{ 0 }), failed());
}

// Their pages go round between ring, program and pool, and come back from other interfaces.
TEST_P(Faults, DropTxAndRedirectNeedNoMemory)
{
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(set_jumbo_mtu(1));
  ASSERT_OK(load({ .action = XDP_DROP }));
  ASSERT_OK(attach_loaded());
  std::vector<Frame> frames = test_frames(nic(), jumbo_sizes());
  const auto small = test_frames(nic(), 1000, 60);
  frames.insert(frames.end(), small.begin(), small.end());
  uint64_t sent = 0;
  const auto without_memory = [&](const verdict_config &config) -> Result<void> {
    TRY(configure(config));
    for (const char *kind : { pages, slabs })
      TRY(let_fail(kind, 100));
    sent += frames.size();
    TRY(wire().inject(frames));
    TRY(until("the program has seen all", [&] { return counter(VERDICT_FRAMES) >= sent; }));
    // The stack, which answers the sentinel, does need memory.
    for (const char *kind : { pages, slabs })
      TRY(let_fail(kind, 0));
    return {};
  };
  for (int round = 0; round < 3; round++) {
    ASSERT_OK(without_memory({ .action = XDP_DROP }));
    ASSERT_OK_AND_ASSIGN(auto back, wire().until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
    ASSERT_OK(without_memory(bounce));
    ASSERT_OK_AND_ASSIGN(back, wire().collect(frames.size()));
    EXPECT_THAT(back, AreFrames(swapped(frames)));
    ASSERT_OK(without_memory({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }));
    ASSERT_OK_AND_ASSIGN(const auto out, wire(1).collect(frames.size()));
    EXPECT_THAT(out, AreFrames(frames));
    ASSERT_OK_AND_ASSIGN(back, wire().until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
  }
  EXPECT_EQ(counter(VERDICT_FRAMES), sent);
  figure("sent", sent);
  figure("seen", counter(VERDICT_FRAMES));
}

TEST_P(Faults, NoPagesWhenItGoesUp)
{
  ASSERT_OK(attach(bounce));
  ASSERT_OK(agent().link(ifname(), false));
  ASSERT_OK(let_fail(pages, 100));
  ASSERT_OK(bring_up(0));
  ASSERT_OK_AND_ASSIGN(const RxRing ring, rx_ring());
  EXPECT_LE(ring.owned, 1u);
  EXPECT_GT(failed(), 0u);
  ASSERT_OK(let_fail(pages, 0));
  // By itself, and before any frame comes: QEMU receives nothing for a second after RCTL is
  // written, and drops a frame that waits if the ring is empty then (e1000_flush_queue_timer in
  // hw/net).
  ASSERT_OK(until("the ring is full", [&] {
    return rx_ring().map([&](const RxRing &now) {
      return now.owned + column().limits().spare_descriptors.value() == now.count;
    });
  }));
  expect_bounces();
}

TEST_P(Faults, EveryAllocationOfGoingUp)
{
  ASSERT_OK(attach(bounce));
  expect_survives(
      [&](unsigned nth) -> Result<guest::FaultResult> {
        TRY(agent().link(ifname(), false));
        return agent().call_failing(nth, "link", { { "ifname", ifname() }, { "up", true } });
      },
      [&] { return bring_up(0); });
}

// Without it XDP's core does not know where the frames of a ring go back to.
TEST_P(Faults, ARingWithoutMemoryModelIsNotUsed)
{
  ASSERT_OK(attach(bounce));
  ASSERT_OK(agent().link(ifname(), false));
  ASSERT_OK(agent().write(knob(slabs, "ignore-gfp-wait"), "0"));
  ASSERT_OK(only_for(slabs, [](std::string_view name) {
    return name == "xdp_reg_mem_model" || name == "xdp_rxq_info_reg_mem_model";
  }));
  ASSERT_OK(let_fail(slabs, 100));
  const auto up = agent().link(ifname(), true);
  ASSERT_OK(let_fail(slabs, 0));
  ASSERT_FALSE(up) << "it is up";
  EXPECT_THAT(up.error().message, testing::HasSubstr("Cannot allocate memory"));
  ASSERT_OK(bring_up(0));
  expect_bounces();
}

// A ring that cannot be made leaves the old one, and the interface goes on.
TEST_P(Faults, EveryAllocationOfNewRings)
{
  ASSERT_OK(attach(bounce));
  expect_survives(
      [&](unsigned nth) {
        return agent().call_failing(
            nth, "rings", { { "ifname", ifname() }, { "rx", nth % 2 ? 512 : 256 }, { "tx", 128 } });
      },
      [&]() -> Result<void> {
        auto ring = TRY(rx_ring());
        if (ring.owned + column().limits().spare_descriptors.value() != ring.count)
          return fail("the ring is not full");
        return {};
      });
}

TEST_P(Faults, EveryAllocationOfBinding)
{
  attaches_by_itself();
  ASSERT_OK(attach(bounce));
  ASSERT_OK_AND_ASSIGN(const std::string slot, slot_of(ifname()));
  const std::string driver = "/sys/bus/pci/drivers/" + column().nics.front().driver + "/";
  bool bound = true;
  expect_survives(
      [&](unsigned nth) -> Result<guest::FaultResult> {
        if (bound)
          TRY(agent().write(driver + "unbind", slot));
        auto result =
            agent().call_failing(nth, "write", { { "path", driver + "bind" }, { "data", slot } });
        bound = agent().read(driver + slot + "/vendor").has_value();
        if (result && !result->failed) {
          // The last time: it is bound, and gets traffic.
          TRY(attach_loaded());
          TRY(set_up_again(0));
        }
        return result;
      },
      [] { return Result<void>(); });
}

// ethtool -t has rings of its own. The buffers of one come from a slab that the rest of the test
// does not use: the eighth is missing, and those before it are given back.
TEST_P(Faults, ABufferOfTheSelfTest)
{
  ASSERT_OK(attach(bounce));
  ASSERT_OK(all_of_the_driver(slabs));
  ASSERT_OK(only_of_cache("kmalloc-4k"));
  ASSERT_OK(agent().write(knob(slabs, "interval"), "8"));
  ASSERT_OK(agent().write(knob(slabs, "times"), "1"));
  ASSERT_OK(let_fail(slabs, 100));
  ASSERT_OK_AND_ASSIGN(const auto tested,
                       agent().run({ "ethtool", "-t", ifname(), "offline" }, milliseconds(60000)));
  ASSERT_OK(let_fail(slabs, 0));
  // What e1000_setup_desc_rings() returns for it.
  EXPECT_THAT(tested.out, testing::HasSubstr("Loopback test  (offline)\t 7"));
  ASSERT_OK(until_link(agent(), ifname()));
  expect_bounces();
}

// On its way down the carrier is off while the link is as it was, and on its way up the link may be
// back before the watchdog looks.
TEST_P(Faults, TheWatchdogLooksWhileItGoesDown)
{
  ASSERT_OK(attach(bounce));
  const std::string down = "slow_napi_disable", up = "slow_napi_enable";
  ASSERT_OK(agent().bpf_load("faults.bpf.o", "slow", { down, up }));
  for (const std::string &program : { down, up })
    ASSERT_OK(agent().trace_attach({ "slow", program }));
  ASSERT_OK(agent().rings(ifname(), column().limits().rx_ring, 128));
  for (const std::string &program : { down, up })
    ASSERT_OK(agent().trace_detach({ "slow", program }));
  ASSERT_OK(until_link(agent(), ifname()));
  expect_bounces();
  const std::string log = serial_log(), mark = "NIC Link is Up";
  EXPECT_NE(log.find(mark), log.rfind(mark)) << "the watchdog did not look, so nothing was tested";
}

VERDICT_ON_NICS_OF(life, Faults);

} // namespace verdict
