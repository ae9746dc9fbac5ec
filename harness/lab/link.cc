// SPDX-License-Identifier: GPL-2.0-only
#include "lab/link.h"

#include <thread>

#include "base/deadline.h"
#include "packet/address.h"

namespace verdict {

namespace {

constexpr milliseconds link_timeout{ 30000 };

} // namespace

std::vector<std::string> neighbour_command(unsigned nic, const std::string &ifname)
{
  const NicAddress address = NicAddress::of(nic);
  return {
    "ip",   "neigh", "replace",  address.host_ip.text(), "lladdr", address.host_mac.text(), "dev",
    ifname, "nud",   "permanent"
  };
}

Result<void> add_neighbour(guest::Agent &agent, unsigned nic, const std::string &ifname)
{
  TRY(agent.run_ok(neighbour_command(nic, ifname)));
  return {};
}

Result<void> until_link(guest::Agent &agent, const std::string &ifname)
{
  const Deadline deadline(link_timeout);
  for (;;) {
    auto device = TRY(agent.netdev(ifname));
    if (device["carrier"] == 1 && device["operstate"] == "up")
      return {};
    if (deadline.expired())
      return fail(ifname + " got no link that the stack can send on in " + deadline.text() + ": " +
                  device.dump());
    std::this_thread::sleep_for(milliseconds(10));
  }
}

} // namespace verdict
