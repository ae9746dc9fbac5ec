// SPDX-License-Identifier: GPL-2.0-only
// What the driver tells beside the frames: the VLAN tag that the device has taken out, and
// statistics as Documentation/networking/statistics.rst of the kernel wants them.
#include "base/bytes.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

class Metadata : public XdpTest {
protected:
  /// What the driver said of the last test frame's VLAN tag.
  verdict_vlan vlan()
  {
    const uint32_t key = 0;
    const auto seen = [&]() -> Result<verdict_vlan> {
      return object_of<verdict_vlan>(TRY(agent().map_lookup("metadata", "vlan", bytes_of(key))));
    }();
    EXPECT_OK(seen);
    return seen.value_or(verdict_vlan{});
  }

  Frame tagged_frame(uint16_t id, uint8_t priority)
  {
    return build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                 Vlan{ .id = id, .priority = priority }, pattern(1, 100));
  }

  /// A program is told of a tagged frame's tag, and that another has none.
  void expect_vlan_tag_is_told()
  {
    attaches_by_itself();
    ASSERT_OK(
        agent().bpf_load("metadata.bpf.o", "metadata", { "vlan_tag" }, { .bound_to = ifname() }));
    ASSERT_OK(agent().xdp_attach(ifname(), { "metadata", "vlan_tag" }));

    ASSERT_OK(wire().exchange(tagged_frame(5, 3)));
    EXPECT_EQ(vlan().frames, 1u);
    EXPECT_EQ(vlan().error, 0);
    EXPECT_EQ(vlan().proto, ethertype_vlan);
    EXPECT_EQ(vlan().tci, 3 << 13 | 5);

    ASSERT_OK(wire().exchange(test_frame(nic(), 2)));
    EXPECT_EQ(vlan().frames, 2u);
    EXPECT_EQ(vlan().error, -ENODATA);
  }
};

TEST_P(Metadata, VlanTagIsTold)
{
  REQUIRE(vlan_metadata);
  expect_vlan_tag_is_told();
}

TEST_P(Metadata, QueueStatisticsCountWhateverBecomesOfAFrame)
{
  REQUIRE(queue_statistics);
  constexpr size_t count = 50;
  const size_t jumbo = column().limits().jumbo_mtu.value();
  ASSERT_OK(set_jumbo_mtu());
  ASSERT_OK(attach({ .action = XDP_DROP }));
  const verdict_config to_itself{ .mode = VERDICT_REDIRECT_IFINDEX, .target = ifindex() };
  for (const auto &[config, size, sent] : std::vector<std::tuple<verdict_config, size_t, size_t>>{
           { { .action = XDP_DROP }, 200, 0 },
           { { .action = XDP_PASS }, 200, 0 },
           { { .action = XDP_TX }, 200, count },
           { { .action = XDP_TX }, jumbo, count },
           { to_itself, 200, count } }) {
    SCOPED_TRACE(testing::Message() << "mode " << config.mode << ", action " << config.action
                                    << ", " << size << " bytes");
    ASSERT_OK(configure(config));
    ASSERT_OK(wire().until_sentinel());
    ASSERT_OK_AND_ASSIGN(const auto before, agent().call("qstats", { { "ifindex", ifindex() } }));
    ASSERT_OK(wire().exchange(test_frames(nic(), count, size)));
    ASSERT_OK_AND_ASSIGN(const auto after, agent().call("qstats", { { "ifindex", ifindex() } }));
    const auto grown = [&](const char *name) {
      return after.value(name, uint64_t{ 0 }) - before.value(name, uint64_t{ 0 });
    };
    // Two sentinels came in and were answered; those sent last may still wait to be cleaned.
    EXPECT_EQ(grown("rx_packets"), count + 2);
    EXPECT_GE(grown("rx_bytes"), count * size);
    EXPECT_GE(grown("tx_packets") + 2, sent);
    EXPECT_LE(grown("tx_packets"), sent + 4);
    EXPECT_GE(grown("tx_bytes") + 2 * size, sent * size);
    EXPECT_EQ(after.value("rx_alloc_fail", uint64_t{ 1 }), 0u);
  }
  // The same by another way.
  ASSERT_OK_AND_ASSIGN(const auto told, agent().call("qstats", { { "ifindex", ifindex() } }));
  for (const char *name : { "rx_packets", "rx_bytes", "tx_packets", "tx_bytes" }) {
    ASSERT_OK_AND_ASSIGN(const std::string counted,
                         agent().read("/sys/class/net/" + ifname() + "/statistics/" + name));
    EXPECT_EQ(told.value(name, uint64_t{ 0 }), std::stoull(counted)) << name;
  }
}

// What a driver offers it says when it is bound to a device.
TEST_P(Metadata, ADriverThatIsBoundAgainOffersAllAgain)
{
  REQUIRE(vlan_metadata);
  REQUIRE(queue_statistics);
  ASSERT_OK(bind_again());
  ASSERT_OK(set_up_again(0));
  ASSERT_OK_AND_ASSIGN(const auto device, agent().netdev(ifname()));
  const unsigned index = device.value("ifindex", 0u);
  ASSERT_OK_AND_ASSIGN(const uint64_t features, agent().xdp_features(index));
  EXPECT_EQ(features, column().nics.front().xdp_features);
  EXPECT_OK(agent().call("qstats", { { "ifindex", index } }));
  EXPECT_OK(set_mtu(static_cast<unsigned>(column().limits().longest_frame.value() - 14)));
  ASSERT_OK(set_mtu(1500));
  expect_vlan_tag_is_told();
}

VERDICT_ON_NICS_OF(verdicts, Metadata);

} // namespace verdict
