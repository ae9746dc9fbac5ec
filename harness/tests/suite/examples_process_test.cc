// SPDX-License-Identifier: GPL-2.0-only
// The examples that are processes in the guest: "xsk_echo", which answers by an AF_XDP socket, and
// "sampler", which reads a ring buffer.
#include <fmt/format.h>

#include "base/text.h"
#include "guest/hex.h"
#include "tests/suite/examples.h"

namespace verdict {

class ExampleProcess : public ExampleTest {
protected:
  /// Starts an example, and waits until it says that it has begun.
  Result<void> spawn(const std::vector<std::string> &argv, const std::string &says)
  {
    attaches_by_itself();
    const auto started = TRY(agent().call("spawn", { { "argv", argv } }));
    pid_ = started.value("pid", 0);
    output_ = started.value("output", "");
    TRY(until("it says something", [&]() -> Result<bool> { return !TRY(printed()).empty(); }));
    if (const auto lines = TRY(printed()); lines.front() != says)
      return fail("it says: " + join(lines, "\n"));
    return {};
  }

  /// The lines that it has printed up to now.
  Result<std::vector<std::string>> printed() { return split_lines(TRY(agent().read(output_))); }

  /// Ends it, and waits until its program is gone.
  Result<void> end()
  {
    TRY(agent().call("kill", { { "pid", pid_ } }));
    return until("its program is gone",
                 [&]() -> Result<bool> { return TRY(agent().xdp_query(ifname())).mode == "none"; });
  }

private:
  int pid_ = 0;
  std::string output_;
};

class ExampleXskEcho : public ExampleProcess {
protected:
  static constexpr uint16_t echo_port = 7;

  std::vector<Frame> datagrams(uint16_t port)
  {
    constexpr size_t headers = 14 + 20 + 8;
    std::vector<Frame> frames;
    for (const size_t size : notable_sizes())
      frames.push_back(udp_frame(nic(), 1000 + size, port, pattern(size, size - headers)));
    return frames;
  }

  /// What the echo service makes of a datagram.
  Frame answer_to(const Frame &frame)
  {
    const Dissection asked = dissect(frame);
    return build(Ethernet{ .dst = asked.ethernet->src, .src = asked.ethernet->dst },
                 Ipv4{ .src = asked.ipv4->dst, .dst = asked.ipv4->src },
                 Udp{ .src_port = asked.udp->dst_port, .dst_port = asked.udp->src_port },
                 asked.payload);
  }
};

class ExampleSampler : public ExampleProcess {};

// Ten times more frames than the socket's rings have room for, of all sizes.
TEST_P(ExampleXskEcho, EachDatagramComesBack)
{
  constexpr size_t rounds = 500;
  ASSERT_OK(spawn({ "xsk_echo", ifname() }, "echo on " + ifname()));
  const auto frames = datagrams(echo_port);
  std::vector<Frame> expected;
  for (const Frame &frame : frames)
    expected.push_back(answer_to(frame));
  for (size_t i = 0; i < rounds && !HasFailure(); i++) {
    ASSERT_OK_AND_ASSIGN(const auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(expected));
  }
  ASSERT_OK(end());
}

// Datagrams to another port, and all of them once the process is gone.
TEST_P(ExampleXskEcho, WhatIsNotForItGoesOn)
{
  ASSERT_OK_AND_ASSIGN(const int stack, sniff(0, ethertype_ipv4));
  ASSERT_OK(udp_socket(echo_port));
  ASSERT_OK(udp_socket(echo_port + 1));
  ASSERT_OK(spawn({ "xsk_echo", ifname() }, "echo on " + ifname()));
  expect_in_stack(datagrams(echo_port + 1), stack);
  ASSERT_OK(end());
  expect_in_stack(datagrams(echo_port), stack);
}

// The reader has the 7th frame of each 7, in order and with its first bytes, and the stack has all.
TEST_P(ExampleSampler, ExactlyOneOfSoManyIsShownAndAllGoOn)
{
  constexpr size_t every = 7, samples = 40, shown = 64;
  ASSERT_OK_AND_ASSIGN(const int stack, sniff());
  std::vector<Frame> frames;
  std::vector<std::string> expected{ fmt::format("1 of {} frames of {}", every, ifname()) };
  ASSERT_OK(spawn({ "sampler", ifname(), std::to_string(every) }, expected.front()));
  for (size_t i = 1; i <= every * samples; i++) {
    frames.push_back(test_frame(nic(), i, 60 + i));
    const auto begin = std::span(frames.back().bytes).first(std::min(frames.back().size(), shown));
    if (i % every == 0)
      expected.push_back(
          fmt::format("{}: {} bytes, {}", i, frames.back().size(), guest::to_hex(begin)));
  }
  // A sentinel is a frame, too: there is none before the last.
  std::vector<Frame> passed;
  for (const auto burst : bursts(frames)) {
    ASSERT_OK(wire().inject(burst));
    ASSERT_OK_AND_ASSIGN(const auto some, sniffed(stack, burst.size()));
    passed.insert(passed.end(), some.begin(), some.end());
  }
  EXPECT_THAT(passed, AreFrames(frames));
  ASSERT_OK(until("the reader has them",
                  [&]() -> Result<bool> { return TRY(printed()).size() >= expected.size(); }));
  ASSERT_OK_AND_ASSIGN(const auto lines, printed());
  EXPECT_EQ(lines, expected);
  ASSERT_OK(end());
}

VERDICT_ON_NICS_OF(examples, ExampleXskEcho);
VERDICT_ON_NICS_OF(examples, ExampleSampler);

} // namespace verdict
