// SPDX-License-Identifier: GPL-2.0-only
// The examples "vlan" and "vlan_told": tags put in, taken out and renumbered, also those that the
// NIC has taken out before.
#include <arpa/inet.h>

#include "selftests/drivers/net/xdp/examples/vlan.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr uint16_t renumbered = 5, other = 6, untagged = 7, ruleless = 8;

/// Of the frames of VLAN `id`; VLAN_NONE stands for no tag.
Frame frame_in(const NicAddress &nic, uint16_t id, uint8_t priority, uint64_t seed)
{
  const Ethernet ethernet{ .dst = nic.guest_mac, .src = nic.host_mac };
  const Payload payload = pattern(seed, 100);
  if (id == VLAN_NONE)
    return build(ethernet, payload);
  return build(ethernet, Vlan{ .id = id, .priority = priority }, payload);
}

} // namespace

class ExampleVlan : public ExampleTest {
protected:
  /// An example with the rules 5 -> 6, 7 -> no tag, no tag -> 5, on a NIC that receives these
  /// VLANs.
  Result<void> start(const std::string &example, bool bound)
  {
    TRY(agent().modprobe("8021q"));
    for (const uint16_t id : { renumbered, untagged, ruleless })
      TRY(agent().run_ok({ "ip", "link", "add", "link", ifname(), "name", "v" + std::to_string(id),
                           "type", "vlan", "id", std::to_string(id) }));
    TRY(load_example(example, { example }, bound));
    TRY(rule(renumbered, other));
    TRY(rule(untagged, VLAN_NONE));
    TRY(rule(VLAN_NONE, renumbered));
    return attach_example(example);
  }

  Result<void> rule(uint16_t from, uint16_t to)
  {
    return set("rules", vlan_arrival{ .id = from, .type = htons(ethertype_test) }, to);
  }

  /// Frames of all these VLANs, in turn, come back in those that the rules say, with their
  /// priority, if there is a tag for it.
  void expect_translated()
  {
    constexpr size_t each = 20;
    constexpr uint8_t priority = 3;
    std::vector<Frame> frames, expected;
    for (size_t i = 0; i < each; i++) {
      for (const auto &[from, to, kept] :
           { std::tuple{ renumbered, other, priority },
             std::tuple{ untagged, uint16_t{ VLAN_NONE }, priority },
             std::tuple{ uint16_t{ VLAN_NONE }, renumbered, uint8_t{ 0 } } }) {
        frames.push_back(frame_in(nic(), from, priority, frames.size()));
        expected.push_back(swapped(frame_in(nic(), to, kept, expected.size())));
      }
    }
    ASSERT_OK_AND_ASSIGN(const auto back, wire().exchange_for(frames, frames.size()));
    EXPECT_THAT(back, AreFrames(expected));
    EXPECT_EQ(counted(VLAN_REWRITTEN), each);
    EXPECT_EQ(counted(VLAN_POPPED), each);
    EXPECT_EQ(counted(VLAN_PUSHED), each);
  }
};

TEST_P(ExampleVlan, TagsAreRenumberedTakenOutAndPutIn)
{
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rxvlan", "off" }));
  ASSERT_OK(start("vlan", false));
  expect_translated();
}

TEST_P(ExampleVlan, AFrameWithoutARulePassesAsItIs)
{
  constexpr uint16_t every_type = 0x0003; // ETH_P_ALL
  ASSERT_OK(agent().run_ok({ "ethtool", "-K", ifname(), "rxvlan", "off" }));
  ASSERT_OK(start("vlan", false));
  ASSERT_OK_AND_ASSIGN(const int socket, sniff(0, every_type));
  ASSERT_OK(wire().inject(frame_in(nic(), ruleless, 0, 1)));
  ASSERT_OK_AND_ASSIGN(const auto packets, agent().packet_recv(socket, 1, milliseconds(5000)));
  ASSERT_THAT(packets, testing::SizeIs(1));
  EXPECT_EQ(packets[0].vlan_tci, ruleless);
  EXPECT_EQ(Frame{ packets[0].data }, frame_in(nic(), VLAN_NONE, 0, 1));
}

// The NIC takes the tags out, as it does unless it is told otherwise; the driver tells them.
TEST_P(ExampleVlan, ATagThatTheNicHasTakenOutIsAskedFor)
{
  REQUIRE(vlan_metadata);
  ASSERT_OK_AND_ASSIGN(const std::string offloads, agent().run_ok({ "ethtool", "-k", ifname() }));
  ASSERT_THAT(offloads, testing::HasSubstr("\nrx-vlan-offload: on\n"));
  ASSERT_OK(start("vlan_told", true));
  expect_translated();
}

VERDICT_ON_NICS_OF(examples, ExampleVlan);

} // namespace verdict
