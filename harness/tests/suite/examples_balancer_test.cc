// SPDX-License-Identifier: GPL-2.0-only
// The example "balancer": each flow has its backend, and keeps it whatever becomes of the others.
#include <algorithm>
#include <map>
#include <set>

#include <arpa/inet.h>

#include "selftests/drivers/net/xdp/examples/balancer.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr Ipv4Address vip{ { 203, 0, 113, 80 } };
constexpr uint16_t port = 80;
constexpr size_t flows = 96;
constexpr uint32_t backends = 4;
constexpr uint8_t ip_in_ip = 4;

Ipv4Address address_of(uint32_t backend)
{
  return { { 10, 9, 0, static_cast<uint8_t>(1 + backend) } };
}

MacAddress mac_of(uint32_t backend)
{
  return { { 2, 0xbb, 0, 0, 0, static_cast<uint8_t>(1 + backend) } };
}

} // namespace

class ExampleBalancer : public ExampleTest {
protected:
  Result<void> start()
  {
    TRY(load_example("balancer", { "balancer" }));
    balancer_service service{};
    std::copy(vip.bytes.begin(), vip.bytes.end(), service.address);
    service.port = htons(port);
    TRY(set("service", uint32_t{ 0 }, service));
    for (uint32_t i = 0; i < backends; i++)
      TRY(put_in(i));
    return attach_example("balancer");
  }

  Result<void> put_in(uint32_t backend)
  {
    balancer_backend entry{};
    std::copy_n(address_of(backend).bytes.begin(), sizeof(entry.address), entry.address);
    std::copy_n(mac_of(backend).bytes.begin(), sizeof(entry.mac), entry.mac);
    return set("backends", backend, entry);
  }

  Result<void> take_out(uint32_t backend) { return set("backends", backend, balancer_backend{}); }

  /// A frame of a flow to the service: frames with one number more are of the next flow.
  Frame request(size_t number) const
  {
    const size_t flow = number % flows, size = number * 7 % 1400;
    const Ipv4Address client{ { 198, 51, 100, static_cast<uint8_t>(flow / 3) } };
    return padded(build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                        Ipv4{ .src = client, .dst = vip, .id = static_cast<uint16_t>(number) },
                        Udp{ .src_port = static_cast<uint16_t>(1000 + flow), .dst_port = port },
                        pattern(number, size)));
  }

  /// A frame on its way to a backend.
  Frame tunnelled(const Frame &frame, uint32_t backend) const
  {
    constexpr size_t header = 20;
    const Payload inside{ { frame.bytes.begin() + 14, frame.bytes.end() } };
    const uint16_t length = inside.bytes[2] << 8 | inside.bytes[3];
    return build(Ethernet{ .dst = mac_of(backend), .src = nic().guest_mac },
                 Ipv4{ .src = vip,
                       .dst = address_of(backend),
                       .total_length = static_cast<uint16_t>(length + header),
                       .protocol = ip_in_ip },
                 inside);
  }

  /// The backend to which each frame went: it is its frame, byte for byte, with the right header.
  std::vector<uint32_t> backends_of(const Exchanged &all)
  {
    std::vector<uint32_t> chosen;
    std::vector<Frame> expected;
    EXPECT_EQ(all.back.size(), all.sent.size());
    for (size_t i = 0; i < std::min(all.sent.size(), all.back.size()); i++) {
      const auto outer = dissect(all.back[i]).ipv4;
      chosen.push_back(outer ? outer->dst.bytes[3] - 1u : 0u);
      expected.push_back(tunnelled(all.sent[i], chosen.back()));
    }
    EXPECT_THAT(all.back, AreFrames(expected));
    return chosen;
  }

  /// The backend of each flow. It is the same for all frames of a flow.
  std::vector<uint32_t> map_flows()
  {
    constexpr size_t frames_of_each = 3;
    Exchanged all;
    for (size_t i = 0; i < frames_of_each * flows; i++)
      all.sent.push_back(request(i));
    for (const auto burst : bursts(all.sent)) {
      const auto back = wire().exchange_for(burst, burst.size());
      EXPECT_OK(back);
      if (back)
        all.back.insert(all.back.end(), back->begin(), back->end());
    }
    auto chosen = backends_of(all);
    for (size_t i = flows; i < chosen.size(); i++)
      EXPECT_EQ(chosen[i], chosen[i - flows]) << "of flow " << i % flows;
    chosen.resize(flows);
    return chosen;
  }
};

TEST_P(ExampleBalancer, EachFlowHasABackendAndEachBackendItsShare)
{
  ASSERT_OK(start());
  const auto chosen = map_flows();
  for (uint32_t i = 0; i < backends; i++)
    EXPECT_GE(std::count(chosen.begin(), chosen.end(), i), flows / backends / 2) << "backend " << i;
  EXPECT_EQ(counted(BALANCER_NO_BACKEND), 0u);
}

// A backend goes and comes back, over and over, while its flows and the others' go on.
TEST_P(ExampleBalancer, ABackendTakenOutUnderTrafficMovesOnlyItsOwnFlows)
{
  constexpr uint32_t out = 2;
  constexpr int times = 20;
  ASSERT_OK(start());
  const auto before = map_flows();
  ASSERT_OK(take_out(out));
  const auto without = map_flows();
  std::set<uint32_t> heirs;
  std::vector<size_t> moved;
  for (size_t flow = 0; flow < flows; flow++) {
    if (before[flow] == out)
      heirs.insert(without[flow]);
    else if (without[flow] != before[flow])
      moved.push_back(flow);
  }
  EXPECT_THAT(moved, testing::IsEmpty()) << "flows of backends that were not taken out";
  EXPECT_EQ(heirs, (std::set<uint32_t>{ 0, 1, 3 })) << "who got the flows of the one that is out";

  ASSERT_OK_AND_ASSIGN(const auto all,
                       exchange_while([&](size_t number) { return request(number); },
                                      [&]() -> Result<void> {
                                        for (int i = 0; i < times; i++) {
                                          TRY(put_in(out));
                                          TRY(take_out(out));
                                        }
                                        return put_in(out);
                                      }));
  const auto chosen = backends_of(all);
  std::vector<size_t> stray;
  for (size_t i = 0; i < chosen.size(); i++) {
    const size_t flow = i % flows;
    if (chosen[i] != before[flow] && chosen[i] != without[flow])
      stray.push_back(i);
  }
  EXPECT_THAT(stray, testing::IsEmpty()) << "frames that went to neither of their flows' backends";
  EXPECT_EQ(map_flows(), before);
}

TEST_P(ExampleBalancer, WithoutBackendsOnlyTheServiceIsDead)
{
  ASSERT_OK(start());
  for (uint32_t i = 0; i < backends; i++)
    ASSERT_OK(take_out(i));
  std::vector<Frame> requests;
  for (size_t i = 0; i < flows; i++)
    requests.push_back(request(i));
  ASSERT_OK_AND_ASSIGN(const auto back, exchange(requests));
  EXPECT_THAT(back, HasNoFrames());
  EXPECT_EQ(counted(BALANCER_NO_BACKEND), requests.size());

  ASSERT_OK_AND_ASSIGN(const int packets, sniff(0, ethertype_ipv4));
  const Ethernet ethernet{ .dst = nic().guest_mac, .src = nic().host_mac };
  const std::vector<Frame> others{
    build(ethernet, Ipv4{ .src = nic().host_ip, .dst = vip },
          Udp{ .src_port = 1000, .dst_port = port + 1 }, pattern(1, 100)),
    build(ethernet, Ipv4{ .src = vip, .dst = nic().host_ip },
          Udp{ .src_port = port, .dst_port = port }, pattern(2, 100)),
    build(ethernet, Ipv4{ .src = nic().host_ip, .dst = vip },
          Tcp{ .src_port = 1000, .dst_port = port }, pattern(3, 100)),
  };
  expect_in_stack(others, packets);
}

VERDICT_ON_NICS_OF(examples, ExampleBalancer);

} // namespace verdict
