// SPDX-License-Identifier: GPL-2.0-only
// What people set of an interface, while frames stream in and a program sends them back: MTU,
// features, filters and address, rings, channels, copybreak.
#include <map>

#include <fmt/format.h>
#include <re2/re2.h>

#include "lab/link.h"
#include "nic/e1000_registers.h"
#include "nic/hostile_nic.h"
#include "tests/suite/life_fixture.h"

namespace verdict {

class Settings : public LifeTest {
protected:
  unsigned jumbo() const { return column().limits().jumbo_mtu.value(); }

  Change mtu(unsigned bytes)
  {
    return [=, this] { return agent().link(ifname(), {}, bytes); };
  }

  Change ip_link(std::vector<std::string> arguments)
  {
    return [=, this]() -> Result<void> {
      std::vector<std::string> command{ "ip", "link", "set", "dev", ifname() };
      command.insert(command.end(), arguments.begin(), arguments.end());
      TRY(agent().run_ok(command));
      // A change of the address costs the interface its neighbour.
      return add_neighbour(agent(), 0, ifname());
    };
  }
};

TEST_P(Settings, MtuWithAProgram)
{
  ASSERT_OK(attach_bounce_of_frags());
  expect_recovery({ mtu(jumbo()), mtu(1500), mtu(jumbo()) });
}

TEST_P(Settings, MtuWithoutAProgram)
{
  for (const unsigned bytes : { jumbo(), 1500u, jumbo() })
    ASSERT_OK(set_mtu(bytes));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff());
  const auto frames = test_frames(nic(), jumbo_sizes());
  expect_in_stack(frames, socket);
}

TEST_P(Settings, Features)
{
  ASSERT_OK(attach_bounce());
  expect_no_reset({ feature("rxvlan", "off"), feature("rxvlan", "on"), feature("rx", "off"),
                    feature("rx", "on") });
}

TEST_P(Settings, RxAll)
{
  ASSERT_OK(attach_bounce());
  expect_recovery({ feature("rx-all", "on"), feature("rx-all", "off") });
}

// The driver alone believes a checksum or does not. QEMU holds frames back for a second after RCTL
// is written, and Intel's manuals of such devices want RXCSUM written only while the receiver is
// off.
TEST_P(Settings, ChecksumFeatureLeavesTheDeviceAlone)
{
  ASSERT_OK_AND_ASSIGN(auto trace, RegisterTrace::start(machine(), 0));
  for (const char *state : { "off", "on", "off", "on" })
    ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx", state }));
  ASSERT_OK_AND_ASSIGN(auto writes, trace.stop());
  EXPECT_EQ(writes[e1000::rxcsum], 0u);
  EXPECT_EQ(writes[e1000::rctl], 0u);
  ASSERT_OK_AND_ASSIGN(trace, RegisterTrace::start(machine(), 0));
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-all", "on" }));
  ASSERT_OK_AND_ASSIGN(writes, trace.stop());
  EXPECT_GT(writes[e1000::rctl], 0u) << "rx-all is in RCTL: the trace has seen nothing";
}

// QEMU holds frames back for a second after RCTL is written. Other groups are not in it, nor is
// that the interface is up.
TEST_P(Settings, GroupsLeaveTheReceiverAlone)
{
  ASSERT_OK_AND_ASSIGN(auto trace, RegisterTrace::start(machine(), 0));
  const char *group = "01:00:5e:00:00:05";
  ASSERT_OK(agent().run_ok({ "ip", "maddr", "add", group, "dev", ifname() }));
  ASSERT_OK(agent().run_ok({ "ip", "link", "set", "dev", ifname(), "up" }));
  ASSERT_OK(agent().run_ok({ "ip", "maddr", "del", group, "dev", ifname() }));
  ASSERT_OK_AND_ASSIGN(auto writes, trace.stop());
  EXPECT_EQ(writes[e1000::rctl], 0u);
  ASSERT_OK_AND_ASSIGN(trace, RegisterTrace::start(machine(), 0));
  ASSERT_OK(agent().run_ok({ "ip", "link", "set", "dev", ifname(), "promisc", "on" }));
  ASSERT_OK_AND_ASSIGN(writes, trace.stop());
  EXPECT_GT(writes[e1000::rctl], 0u) << "promiscuity is in RCTL: the trace has seen nothing";
}

// An MTU that changes under traffic leaves the device as a reset would.
TEST_P(Settings, TheDeviceIsSetUpAsBefore)
{
  ASSERT_OK_AND_ASSIGN(auto device, hostile_nic(0));
  const auto registers = [&] {
    std::map<std::string, uint32_t> values;
    for (const auto &[name, offset] : e1000::settings) {
      const auto value = device.qtest().readl(device.register_address(offset));
      EXPECT_OK(value);
      values[std::string(name)] = value.value_or(0);
    }
    return values;
  };
  const auto reset = [&] { return agent().run_ok({ "ethtool", "-r", ifname() }); };
  const auto before = registers();
  ASSERT_OK(down_and_up());
  EXPECT_EQ(registers(), before) << "down and up";
  ASSERT_OK(set_jumbo_mtu());
  const auto jumbo = registers();
  EXPECT_NE(jumbo, before);
  ASSERT_OK(reset());
  ASSERT_OK(until_link(agent(), ifname()));
  EXPECT_EQ(registers(), jumbo) << "a reset at the larger MTU";
  ASSERT_OK(set_mtu(1500));
  EXPECT_EQ(registers(), before) << "back at the smaller MTU";
}

// Of the device's filters. One by VLAN is on while there are VLANs.
TEST_P(Settings, RxAllOpensTheFilters)
{
  ASSERT_OK_AND_ASSIGN(auto device, hostile_nic(0));
  const auto filters = [&]() -> Result<uint32_t> {
    return TRY(device.qtest().readl(device.register_address(e1000::rctl))) &
           (e1000::rctl_sbp | e1000::rctl_vfe | e1000::rctl_pmcf);
  };
  ASSERT_OK(agent().modprobe("8021q"));
  ASSERT_OK(agent().run_ok(
      { "ip", "link", "add", "link", ifname(), "name", "vlan7", "type", "vlan", "id", "7" }));
  for (int round = 0; round < 2; round++) {
    EXPECT_EQ(filters().value_or(0), e1000::rctl_vfe);
    ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-all", "on" }));
    EXPECT_EQ(filters().value_or(0), e1000::rctl_sbp | e1000::rctl_pmcf);
    ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rx-all", "off" }));
  }
  ASSERT_OK(until_link(agent(), ifname()));
}

TEST_P(Settings, FeaturesWithoutAProgram)
{
  ASSERT_OK(watch_stack());
  expect_no_reset({ feature("rx-fcs", "on"), feature("rx-fcs", "off"), feature("rx", "off"),
                    feature("rx", "on") });
}

TEST_P(Settings, FiltersAndAddress)
{
  ASSERT_OK(attach_bounce());
  // Promiscuous, so that the stream is taken whatever the address is.
  expect_no_reset({ ip_link({ "promisc", "on" }), ip_link({ "address", "52:54:00:00:aa:bb" }),
                    ip_link({ "address", nic().guest_mac.text() }), ip_link({ "promisc", "off" }),
                    ip_link({ "allmulticast", "on" }), ip_link({ "allmulticast", "off" }) });
}

TEST_P(Settings, RingSizes)
{
  ASSERT_OK(attach_bounce());
  sizes_ = notable_sizes();
  // Tx rings that hold what a poll sends back, or not every frame of the stream could come back.
  std::vector<Change> changes;
  const Limits &limits = column().limits();
  for (const auto &[rx, tx] : { std::pair{ limits.least_ring.value(), limits.most_ring.value() },
                                { limits.most_ring.value(), 128u },
                                { limits.rx_ring, limits.tx_ring } })
    changes.push_back([this, rx = rx, tx = tx] { return agent().rings(ifname(), rx, tx); });
  expect_recovery(changes);
}

TEST_P(Settings, RingsThatAreTooShortAreRefused)
{
  const Limits &limits = column().limits();
  const std::string too_short =
      std::to_string(limits.least_ring.value() - limits.ring_step.value());
  for (const char *ring : { "rx", "tx" }) {
    const auto set = agent().run_ok({ "ethtool", "-G", ifname(), ring, too_short });
    ASSERT_FALSE(set) << ring;
    EXPECT_THAT(set.error().message,
                testing::HasSubstr("at least " + std::to_string(limits.least_ring.value())));
  }
  ASSERT_OK_AND_ASSIGN(const RxRing ring, rx_ring());
  EXPECT_EQ(ring.count, limits.rx_ring);
  expect_alive();
}

TEST_P(Settings, ThereIsOneChannel)
{
  ASSERT_OK_AND_ASSIGN(const std::string told, agent().run_ok({ "ethtool", "-l", ifname() }));
  std::string changed = told;
  EXPECT_EQ(RE2::GlobalReplace(&changed, "Combined:\\s+1\n", ""), 2)
      << "as many as there may be, and as there are: " << told;
  EXPECT_OK(agent().run_ok({ "ethtool", "-L", ifname(), "combined", "1" }));
  EXPECT_FALSE(agent().run_ok({ "ethtool", "-L", ifname(), "combined", "2" }));
}

TEST_P(Settings, EveryRingSize)
{
  ASSERT_OK(attach_bounce());
  // The long form takes all legal sizes.
  const Limits &limits = column().limits();
  const uint32_t least = limits.least_ring.value(), most = limits.most_ring.value(),
                 step = limits.ring_step.value() * (storm() > 1 ? 1 : 46);
  std::vector<uint32_t> sizes;
  for (uint32_t size = least; size <= most; size += step)
    sizes.push_back(size);
  std::vector<uint32_t> down(sizes.rbegin() + 1, sizes.rend());
  sizes.insert(sizes.end(), down.begin(), down.end());
  sizes.push_back(limits.rx_ring); // as it was
  size_t exchanges = 0;
  for (const uint32_t size : sizes) {
    SCOPED_TRACE(size);
    ASSERT_OK(agent().rings(ifname(), size, size));
    ASSERT_OK_AND_ASSIGN(const RxRing ring, rx_ring());
    ASSERT_EQ(ring.count, size);
    ASSERT_EQ(ring.owned, size - limits.spare_descriptors.value());
    if (storm() > 1 && size % 512 && size != least)
      continue; // the NIC holds its frames for a second after each change
    ASSERT_OK(until_link(agent(), ifname()));
    const auto frames = test_frames(nic(), 8);
    ASSERT_OK_AND_ASSIGN(const auto back, wire().exchange_for(frames, frames.size()));
    ASSERT_THAT(back, AreFrames(swapped(frames)));
    exchanges++;
  }
  figure("sizes", sizes.size());
  figure("of these with frames", exchanges);
  expect_alive();
}

TEST_P(Settings, SmallTxRings)
{
  ASSERT_OK(attach_bounce());
  const auto frames = test_frames(nic(), notable_sizes());
  const Limits &limits = column().limits();
  const size_t fits = limits.xdp_of_least_ring.value();
  for (const uint32_t size :
       { limits.least_ring.value(), limits.least_ring.value() + limits.ring_step.value() }) {
    SCOPED_TRACE(size);
    ASSERT_OK(set_rings(limits.rx_ring, size));
    std::vector<Frame> back;
    for (size_t i = 0; i < frames.size(); i += fits) {
      const size_t count = std::min(fits, frames.size() - i);
      ASSERT_OK_AND_ASSIGN(auto some,
                           wire().exchange_for(std::span(frames).subspan(i, count), count));
      back.insert(back.end(), some.begin(), some.end());
    }
    EXPECT_THAT(back, AreFrames(swapped(frames)));
  }
  ASSERT_OK(agent().xdp_detach(ifname()));
}

// What is copied takes less memory than a buffer of the ring, which a longer frame takes along.
TEST_P(Settings, CopybreakIsWhatIsCopiedAtMost)
{
  constexpr uint16_t port = 5555;
  constexpr size_t copybreak = 100, count = 16;
  ASSERT_OK_AND_ASSIGN(const int socket, udp_socket(port));
  const auto set_copybreak = [&](size_t bytes) {
    return agent().run_ok(
        { "ethtool", "--set-tunable", ifname(), "rx-copybreak", std::to_string(bytes) });
  };
  // What the socket is charged for a datagram in a frame of `size` bytes.
  const auto memory_of = [&](size_t size) -> Result<size_t> {
    const Frame frame = udp_frame(nic(), 1000, port, pattern(1, size - 42));
    TRY(wire().inject(std::vector<Frame>(count, frame)));
    TRY(wire().until_sentinel());
    const std::string sockets = TRY(agent().read("/proc/net/udp"));
    if (TRY(agent().udp_recv(socket, count)).size() != count)
      return fail("not all datagrams have arrived");
    const RE2 queue(fmt::format(":{:04X} .* [0-9A-F]{{8}}:([0-9A-F]{{8}}) ", port));
    size_t charged;
    if (!RE2::PartialMatch(sockets, queue, RE2::Hex(&charged)))
      return fail("the socket is not in /proc/net/udp: " + sockets);
    return charged / count;
  };

  ASSERT_OK(set_copybreak(copybreak));
  ASSERT_OK_AND_ASSIGN(const std::string told,
                       agent().run_ok({ "ethtool", "--get-tunable", ifname(), "rx-copybreak" }));
  EXPECT_THAT(told, testing::HasSubstr("rx-copybreak: 100"));
  EXPECT_FALSE(agent().run_ok({ "ethtool", "--set-tunable", ifname(), "tx-copybreak", "1" }));
  ASSERT_OK_AND_ASSIGN(const size_t copied, memory_of(copybreak));
  ASSERT_OK_AND_ASSIGN(const size_t whole, memory_of(copybreak + 1));
  ASSERT_OK(set_copybreak(0));
  ASSERT_OK_AND_ASSIGN(const size_t none_copied, memory_of(60));
  figure("bytes of memory for a datagram, copied", copied);
  figure("not copied", whole);
  EXPECT_GT(whole, 4096u);
  EXPECT_LT(3 * copied, whole);
  EXPECT_EQ(none_copied, whole);
}

VERDICT_ON_NICS_OF(life, Settings);

} // namespace verdict
