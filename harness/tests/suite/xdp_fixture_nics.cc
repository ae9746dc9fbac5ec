// SPDX-License-Identifier: GPL-2.0-only
// What tests do to a NIC: rings, MTU, cable, down and up.
#include "lab/link.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

Result<void> XdpTest::until_receiving(size_t nic)
{
  TRY(until_link(agent(), ifname(nic)));
  TRY(wire(nic).until_sentinel());
  return {};
}

Result<void> XdpTest::set_rings(uint32_t rx, uint32_t tx, size_t nic)
{
  TRY(agent().rings(ifname(nic), rx, tx));
  return until_receiving(nic);
}

Result<void> XdpTest::set_mtu(unsigned mtu, size_t nic)
{
  const bool without_link = !column().nics.at(nic).can(Can::keep_sending);
  if (without_link)
    TRY(set_cable(nic, false));
  TRY(agent().link(ifname(nic), {}, mtu));
  if (without_link)
    TRY(set_cable(nic, true));
  if (nic == 0)
    mtu_ = mtu;
  return until_receiving(nic);
}

Result<void> XdpTest::set_jumbo_mtu(size_t nic)
{
  return set_mtu(column().nics.at(nic).limits.jumbo_mtu.value(), nic);
}

std::vector<size_t> XdpTest::jumbo_sizes() const
{
  constexpr size_t header = 14;
  return notable_jumbo_sizes(column().limits().jumbo_mtu.value() + header);
}

Result<void> XdpTest::bring_up(size_t nic)
{
  TRY(agent().link(ifname(nic), true));
  TRY(add_neighbour(agent(), static_cast<unsigned>(nic), ifname(nic)));
  return until_link(agent(), ifname(nic));
}

Result<std::string> XdpTest::slot_of(const std::string &ifname)
{
  constexpr std::string_view mark = "bus-info: ";
  const std::string text = TRY(agent().run_ok({ "ethtool", "-i", ifname }));
  const size_t at = text.find(mark);
  if (at == text.npos)
    return fail("ethtool -i tells no PCI address: " + text);
  const size_t begin = at + mark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

Result<void> XdpTest::bind_again()
{
  const std::string driver = "/sys/bus/pci/drivers/" + column().nics.front().driver + "/";
  const std::string slot = TRY(slot_of(ifname()));
  TRY(agent().write(driver + "unbind", slot));
  return agent().write(driver + "bind", slot);
}

Result<void> XdpTest::set_up_again(size_t nic)
{
  const NicAddress address = NicAddress::of(static_cast<unsigned>(nic));
  const std::string name = TRY(agent().ifname_of(address.guest_mac.text()));
  if (name != ifname(nic))
    return fail(ifname(nic) + " has come back as " + name);
  TRY(agent().run_ok({ "ip", "addr", "add", address.guest_ip.text() + "/24", "dev", name }));
  return bring_up(nic);
}

Result<void> XdpTest::set_cable(size_t nic, bool in)
{
  TRY(machine().qmp().command("set_link",
                              { { "name", "wire" + std::to_string(nic) }, { "up", in } }));
  if (in)
    return until_link(agent(), ifname(nic));
  return until(ifname(nic) + " notices that its cable is out", [&]() -> Result<bool> {
    return TRY(agent().netdev(ifname(nic))).value("carrier", -1) == 0;
  });
}

Result<RxRing> XdpTest::rx_ring(size_t nic)
{
  const Nic &what = column().nics.at(nic);
  if (!what.ring_reader)
    return fail("the profile " + what.profile + " does not say how its rings are read");
  return read_rx_ring(agent(), ifname(nic), *what.ring_reader);
}

Result<HostileNic> XdpTest::hostile_nic(size_t nic)
{
  return HostileNic::open(machine(), nic, column().nics.at(nic).limits.spare_descriptors.value());
}

} // namespace verdict
