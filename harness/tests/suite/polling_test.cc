// SPDX-License-Identifier: GPL-2.0-only
// The ways in which a NIC is polled: by a thread of its own, by a timer, by a socket that waits, by
// the console in whatever context that prints.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "lab/napi.h"
#include "nic/e1000_registers.h"
#include "tests/suite/traffic.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

namespace {

constexpr verdict_config bounce{ .action = XDP_TX, .flags = VERDICT_SWAP_MACS };

bool contains(const Frame &frame, const std::string &text)
{
  return std::search(frame.bytes.begin(), frame.bytes.end(), text.begin(), text.end()) !=
         frame.bytes.end();
}

} // namespace

class Polling : public XdpTest {
protected:
  Result<void> poll_by_thread(size_t nic, bool on)
  {
    return agent().write("/sys/class/net/" + ifname(nic) + "/threaded", on ? "1" : "0");
  }

  /// Has the kernel note its polls with this budget.
  Result<void> trace_polls(int budget)
  {
    const std::string event = "/sys/kernel/tracing/events/napi/napi_poll/";
    const std::string filter = "budget == " + std::to_string(budget);
    TRY(agent().write(event + "filter", filter));
    return agent().write(event + "enable", "1");
  }

  /// The polls of NIC 0 among them.
  size_t traced_polls()
  {
    auto trace = agent().read("/sys/kernel/tracing/trace");
    EXPECT_OK(trace);
    const std::string device = "device " + ifname() + " ";
    size_t count = 0;
    for (const std::string &line : split_lines(trace.value_or("")))
      count += line.find(device) != line.npos;
    return count;
  }

  /// A socket that polls NIC 0 with a budget of 256 whenever it waits; no interrupt and no timer
  /// does from then on.
  Result<int> let_only_a_socket_poll()
  {
    constexpr uint16_t port = 7000;
    const auto opened =
        TRY(agent().call("udp_open", { { "port", port }, { "busy_poll_budget", 256 } }));
    const int socket = opened.value("sock", -1);
    // From a datagram it learns which NIC to poll.
    TRY(poll_by_timer(agent(), ifname(), milliseconds(20000), 1));
    TRY(wire().inject(udp_frame(nic(), 1, port, pattern(0, 10))));
    if (TRY(agent().udp_recv(socket, 1, milliseconds(5000))).empty())
      return fail("the socket's first datagram did not come");
    return socket;
  }

  /// The device has received all frames, and nobody has polled it.
  Result<void> fill_rx_ring(const std::vector<Frame> &frames)
  {
    const RxRing empty = TRY(rx_ring());
    TRY(wire().inject(frames));
    return until("QEMU fills the ring", [&] {
      return rx_ring().map(
          [&](const RxRing &ring) { return ring.owned + frames.size() <= empty.owned; });
    });
  }

  Result<void> poll_once(int socket)
  {
    TRY(agent().write("/proc/sys/net/core/busy_poll", "100000"));
    TRY(agent().udp_recv(socket, 1, milliseconds(100)));
    return {};
  }

  /// The interrupt is on again when the socket has polled once more.
  Result<void> stop_polling(int socket)
  {
    TRY(poll_by_interrupt(agent(), ifname()));
    TRY(poll_once(socket));
    return agent().sock_close(socket);
  }

  /// The kernel prints to a UDP socket on NIC 0's wire, behind what programs transmit: the Tx ring
  /// is small, and the time between two polls is longer than the slowest guest takes to fill it.
  Result<void> print_to_the_wire()
  {
    const NicAddress address = nic();
    TRY(set_rings(column().limits().rx_ring, column().limits().least_ring.value()));
    TRY(attach(bounce));
    TRY(agent().modprobe("configfs"));
    TRY(agent().insmod("stock/netconsole.ko",
                       fmt::format("netconsole=6665@{}/{},6666@{}/{}", address.guest_ip.text(),
                                   ifname(), address.host_ip.text(), address.host_mac.text())));
    TRY(poll_by_timer(agent(), ifname(), milliseconds(2000)));
    TRY(wire().until_sentinel());
    return {};
  }

  /// Receives so many frames that the program has sent back. The kernel may print between them.
  Result<std::vector<Frame>> receive_bounced(size_t count)
  {
    std::vector<Frame> bounced;
    while (bounced.size() < count) {
      Frame frame = TRY(wire().receive());
      if (!dissect(frame).udp)
        bounced.push_back(std::move(frame));
    }
    return bounced;
  }

  void expect_all_verdicts()
  {
    // More than a poll's, and no more than XDP may hold of a Tx ring: a target that is polled later
    // cleans it later.
    const auto frames = test_frames(nic(), 120, 200);
    ASSERT_OK(load(bounce));
    ASSERT_OK(attach_loaded());
    ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(swapped(frames)));

    ASSERT_OK(configure({ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex(1) }));
    ASSERT_OK(wire(0).inject(frames));
    ASSERT_OK_AND_ASSIGN(auto out, wire(1).collect(frames.size()));
    EXPECT_THAT(out, AreFrames(frames));
    ASSERT_OK(wire(0).until_sentinel()); // or this NIC would still redirect

    ASSERT_OK(configure({ .action = XDP_PASS }));
    ASSERT_OK_AND_ASSIGN(const int socket, sniff());
    expect_in_stack(frames, socket);
  }
};

TEST_P(Polling, ByAThread)
{
  for (const size_t nic : { 0, 1 })
    ASSERT_OK(poll_by_thread(nic, true));
  expect_all_verdicts();
  // And back, under a stream.
  ASSERT_OK(configure(bounce));
  Traffic traffic(wire());
  for (size_t i = 0; i < 10; i++)
    ASSERT_OK(poll_by_thread(0, i % 2));
  ASSERT_OK_AND_ASSIGN(const auto sent, traffic.stop());
  ASSERT_OK_AND_ASSIGN(auto back, wire().collect(sent.size()));
  EXPECT_THAT(back, AreFrames(swapped(sent)));
}

TEST_P(Polling, ByATimer)
{
  ASSERT_OK(poll_by_timer(agent(), ifname(), milliseconds(5)));
  ASSERT_OK(wire().until_sentinel());
  expect_all_verdicts();
}

TEST_P(Polling, BySocketsThatWait)
{
  constexpr uint16_t port = 7000;
  ASSERT_OK(attach({ .action = XDP_PASS }));
  ASSERT_OK(agent().write("/proc/sys/net/core/busy_poll", "10000000"));
  for (const int budget : { 1, 2, 64 }) {
    SCOPED_TRACE(budget);
    ASSERT_OK_AND_ASSIGN(
        const auto opened,
        agent().call("udp_open", { { "port", port }, { "busy_poll_budget", budget } }));
    const int socket = opened.value("sock", -1);
    // From the first datagram it learns which NIC to poll.
    ASSERT_OK(wire().exchange(udp_frame(nic(), 1, port, pattern(0, 10))));
    ASSERT_OK_AND_ASSIGN(auto first, agent().udp_recv(socket, 1, milliseconds(5000)));
    ASSERT_EQ(first.size(), 1u);

    ASSERT_OK(trace_polls(budget));
    const size_t polls = traced_polls();
    // The timer is too late for all but the socket's own polls.
    ASSERT_OK(poll_by_timer(agent(), ifname(), milliseconds(20000), 1));
    ASSERT_OK(wire().inject(udp_frame(nic(), 1, port, pattern(0, 10))));
    constexpr size_t count = 100;
    ASSERT_OK_AND_ASSIGN(first, agent().udp_recv(socket, 1, milliseconds(5000)));
    ASSERT_EQ(first.size(), 1u);
    std::vector<Frame> datagrams;
    for (size_t i = 1; i <= count; i++)
      datagrams.push_back(udp_frame(nic(), 1, port, pattern(i, 100)));
    ASSERT_OK(wire().inject(datagrams));
    ASSERT_OK_AND_ASSIGN(auto received, agent().udp_recv(socket, count, milliseconds(5000)));
    ASSERT_EQ(received.size(), count);
    for (size_t i = 0; i < count; i++)
      EXPECT_EQ(received[i].data, pattern(i + 1, 100).bytes);
    EXPECT_GE(traced_polls() - polls, count / static_cast<size_t>(budget));

    // The interrupt is on again after a poll without a timer to start.
    ASSERT_OK(poll_by_interrupt(agent(), ifname()));
    const auto more = udp_frame(nic(), 1, port, pattern(0, 10));
    ASSERT_OK(wire().inject(more));
    ASSERT_OK(agent().udp_recv(socket, 1, milliseconds(5000)));
    ASSERT_OK(wire().until_sentinel());
    ASSERT_OK(agent().sock_close(socket));
  }
}

// A budget above the usual one: the bulk of transmits is posted before the poll is over, without a
// doorbell.
TEST_P(Polling, BySocketsThatTakeMoreThanABulk)
{
  const auto frames = test_frames(nic(), 120, 100);
  ASSERT_OK(attach({ .action = XDP_PASS }));
  ASSERT_OK_AND_ASSIGN(const int socket, let_only_a_socket_poll());
  ASSERT_OK(configure(bounce));
  ASSERT_OK(fill_rx_ring(frames));
  ASSERT_OK_AND_ASSIGN(auto trace, RegisterTrace::start(machine(), 0));
  ASSERT_OK(poll_once(socket));
  ASSERT_OK_AND_ASSIGN(const auto back, receive(frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));
  ASSERT_OK_AND_ASSIGN(auto writes, trace.stop());
  EXPECT_EQ(writes[e1000::tdt], 1u);
  ASSERT_OK(stop_polling(socket));
}

// The first bulk takes all descriptors and leaves the doorbell to the end of the poll; the later
// ones find none.
TEST_P(Polling, BySocketsThatTakeMoreThanTheTxRing)
{
  const Limits &limits = column().limits();
  const auto frames = test_frames(nic(), 200, 100);
  ASSERT_OK(set_rings(limits.rx_ring, limits.least_ring.value()));
  ASSERT_OK(attach({ .action = XDP_PASS }));
  ASSERT_OK_AND_ASSIGN(const int socket, let_only_a_socket_poll());
  ASSERT_OK(configure(bounce));
  ASSERT_OK(fill_rx_ring(frames));
  ASSERT_OK(poll_once(socket));
  ASSERT_OK_AND_ASSIGN(auto back, receive(limits.xdp_of_least_ring.value()));
  ASSERT_OK(stop_polling(socket));
  ASSERT_OK_AND_ASSIGN(const auto rest, wire().until_sentinel());
  back.insert(back.end(), rest.begin(), rest.end());
  ASSERT_LT(back.size(), limits.least_ring.value());
  const auto sent = std::span(frames).first(back.size());
  EXPECT_THAT(back, AreFrames(swapped({ sent.begin(), sent.end() })));
  expect_counter(Counter::tx, sent.size());
  expect_counter(Counter::tx_errors, frames.size() - sent.size());
}

// The console sends from wherever somebody prints, and polls with budget 0 when the Tx ring is
// full: it may clean up after the stack then, and XDP's frames wait to be freed.
TEST_P(Polling, ByTheConsole)
{
  const size_t bounces = column().limits().xdp_of_least_ring.value(),
               lines = column().limits().least_ring.value() + bounces;
  ASSERT_OK(print_to_the_wire());
  ASSERT_OK(trace_polls(0));

  const auto frames = test_frames(nic(), bounces);
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(auto bounced, receive_bounced(bounces));
  std::vector<Frame> printed;
  const auto take = [&](Frame frame) {
    (dissect(frame).udp ? printed : bounced).push_back(std::move(frame));
  };
  for (size_t i = 0; i < lines; i++)
    ASSERT_OK(agent().call("warn_log", { { "text", fmt::format("line {} of {}\n", i, lines) } }));
  ASSERT_OK_AND_ASSIGN(auto rest, wire().until_sentinel());
  for (Frame &frame : rest)
    take(std::move(frame));
  // The kernel may have something of its own to print after that.
  const auto is_last = [&](const Frame &frame) {
    return contains(frame, fmt::format("line {} of", lines - 1));
  };
  while (std::none_of(printed.begin(), printed.end(), is_last)) {
    ASSERT_OK_AND_ASSIGN(auto frame, wire().receive());
    take(std::move(frame));
  }
  EXPECT_THAT(bounced, AreFrames(swapped(frames)));
  size_t next = 0;
  for (const Frame &frame : printed)
    next += contains(frame, fmt::format("line {} of", next));
  EXPECT_EQ(next, lines) << "lines were lost, or not in order";
  EXPECT_GT(traced_polls(), 0u) << "the console never had to poll, so nothing was tested";
  ASSERT_OK(agent().rmmod("netconsole"));
  ASSERT_OK(wire().until_sentinel()); // and what it has printed about that

  const auto after = test_frames(nic(), 8);
  ASSERT_OK_AND_ASSIGN(auto back, wire().exchange_for(after, after.size()));
  EXPECT_THAT(back, AreFrames(swapped(after)));
}

// In a panic nobody polls with a budget any more: all that the kernel still has to say goes out
// behind XDP's frames.
TEST_P(Polling, ByAPanic)
{
  const size_t bounces = column().limits().xdp_of_least_ring.value();
  ASSERT_OK(print_to_the_wire());
  const auto frames = test_frames(nic(), bounces);
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(const auto bounced, receive_bounced(bounces));
  EXPECT_THAT(bounced, AreFrames(swapped(frames)));

  // Linux 7's netconsole prints a panic at its end, and a kernel that restarts does not get there.
  ASSERT_OK(agent().write("/proc/sys/kernel/panic", "0"));
  EXPECT_FALSE(agent().call("panic", {}, milliseconds(100)));
  // There its thread may still print what was in the log before.
  const std::string first = "sysrq: Trigger a crash";
  std::vector<Frame> printed;
  do {
    ASSERT_OK_AND_ASSIGN(auto frame, wire().receive());
    if (!printed.empty() || contains(frame, first))
      printed.push_back(std::move(frame));
  } while (printed.empty() || !contains(printed.back(), "end Kernel panic"));
  // Its queue stops while 24 descriptors are free, half of the smallest ring.
  EXPECT_GT(printed.size() + bounces, column().limits().least_ring.value() / 2)
      << "the Tx ring had room for all, so nothing was tested";
  figure("lines", printed.size());

  // The serial console has the same lines.
  size_t next = 0, lines = 0;
  const std::string log = serial_log();
  for (const std::string &line : split_lines(log.substr(log.find(first)))) {
    const size_t time = line.find("] ");
    const std::string text = time == line.npos ? line : line.substr(time + 2);
    const auto found = std::find_if(printed.begin() + next, printed.end(),
                                    [&](const Frame &frame) { return contains(frame, text); });
    ASSERT_NE(found, printed.end()) << "line " << lines << " did not arrive: " << text;
    next = found - printed.begin();
    lines++;
  }
  EXPECT_GE(lines, printed.size());
  give_up_guest();
}

VERDICT_ON_NICS_OF(life, Polling);

} // namespace verdict
