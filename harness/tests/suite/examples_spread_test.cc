// SPDX-License-Identifier: GPL-2.0-only
// The example "spread": the stack's work on other CPUs, flow by flow.
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr uint16_t port = 7000, first_flow = 1000;
constexpr uint32_t entry = 0;

} // namespace

class ExampleSpread : public ExampleTest {
protected:
  /// Spreads frames over the first CPUs.
  Result<void> start(uint32_t cpus)
  {
    constexpr uint32_t queue = 4096;
    TRY(load_example("spread", { "spread", "show_cpu" }));
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
      TRY(set("cpus", cpu, queue));
    TRY(set("spread_over", entry, cpus));
    TRY(attach_example("spread"));
    TRY(agent().tc_attach(ifname(), { "example", "show_cpu" }));
    socket_ = TRY(udp_socket(port, true));
    return {};
  }

  /// A stream of so many datagrams of so many flows in turn: what the socket gets of it.
  Result<std::vector<guest::Datagram>> stream(size_t flows, size_t each)
  {
    constexpr milliseconds long_enough{ 10'000 };
    std::vector<guest::Datagram> all;
    std::vector<Frame> frames;
    for (size_t i = 0; i < flows * each; i++)
      frames.push_back(udp_frame(nic(), first_flow + i % flows, port, pattern(i / flows, 40)));
    for (const auto burst : bursts(frames)) {
      TRY(wire().inject(burst));
      const auto some = TRY(agent().udp_recv(socket_, burst.size(), long_enough));
      all.insert(all.end(), some.begin(), some.end());
    }
    const auto back = TRY(wire().until_sentinel());
    EXPECT_THAT(back, HasNoFrames());
    const auto surplus = TRY(agent().udp_recv(socket_, 1));
    all.insert(all.end(), surplus.begin(), surplus.end());
    return all;
  }

  /// Every flow has all its datagrams, in order, on one CPU; the CPUs that had a part.
  static std::set<uint32_t> check_flows(const std::vector<guest::Datagram> &all, size_t flows,
                                        size_t each)
  {
    std::map<uint16_t, std::vector<guest::Bytes>> seen;
    std::map<uint16_t, std::set<uint32_t>> cpus;
    std::set<uint32_t> part;
    std::vector<guest::Bytes> expected;
    for (size_t i = 0; i < each; i++)
      expected.push_back(pattern(i, 40).bytes);
    for (const guest::Datagram &datagram : all) {
      seen[datagram.port].push_back(datagram.data);
      cpus[datagram.port].insert(datagram.mark.value_or(0));
      part.insert(datagram.mark.value_or(0));
    }
    EXPECT_EQ(seen.size(), flows);
    for (const auto &[flow, datagrams] : seen) {
      EXPECT_EQ(datagrams, expected) << "flow " << flow << " is not in order, or not whole";
      EXPECT_THAT(cpus[flow], testing::SizeIs(1)) << "flow " << flow;
    }
    return part;
  }

private:
  int socket_ = -1;
};

class SmpSpread : public ExampleSpread {};

TEST_P(ExampleSpread, AllGoesOnWhereThereIsOneCpu)
{
  constexpr size_t flows = 16, each = 20;
  ASSERT_OK(start(1));
  ASSERT_OK_AND_ASSIGN(const auto all, stream(flows, each));
  EXPECT_THAT(check_flows(all, flows, each), testing::ElementsAre(1));
}

// The marks are what the second program of the example has seen in the stack: the CPU, and 1.
TEST_P(SmpSpread, FlowsAreSpreadAndStayInOrder)
{
  constexpr size_t flows = 16, each = 100;
  ASSERT_OK(start(2));
  ASSERT_OK_AND_ASSIGN(const auto all, stream(flows, each));
  EXPECT_THAT(check_flows(all, flows, each), testing::ElementsAre(1, 2));
}

VERDICT_ON_NICS_OF(examples, ExampleSpread);
VERDICT_ON_NICS_OF(smp, SmpSpread);

} // namespace verdict
