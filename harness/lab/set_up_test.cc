// SPDX-License-Identifier: GPL-2.0-only
#include "lab/set_up.h"

#include <gmock/gmock.h>

namespace verdict {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;

Nic nic(const std::vector<std::string> &modules)
{
  return { .profile = "of a test", .device = {}, .driver = "e1000", .modules = modules };
}

std::vector<std::string> texts_of(const Column &column)
{
  std::vector<std::string> texts;
  for (const SetUpStep &step : set_up_steps(column))
    texts.push_back(step.text);
  return texts;
}

TEST(SetUpSteps, SayWhatTheyDo)
{
  const Column column{ .name = "of a test", .nics = { nic({ "patched/xdp_ring.ko" }) } };
  EXPECT_THAT(texts_of(column),
              ElementsAre("write 1 to /proc/sys/net/ipv6/conf/all/disable_ipv6",
                          "write 1 to /proc/sys/net/ipv6/conf/default/disable_ipv6",
                          "load patched/xdp_ring.ko", "nic0: ip addr add 10.0.0.1/24 dev INTERFACE",
                          "nic0: ip link set INTERFACE up",
                          "nic0: ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:00 dev INTERFACE "
                          "nud permanent",
                          "nic0: wait for its link", "record where code is", "forget leaks"));
}

TEST(SetUpSteps, FollowTheColumn)
{
  const Column column{ .name = "of a test",
                       .nics = { nic({ "patched/xdp_ring.ko", "patched/e1000.ko" }),
                                 nic({ "patched/xdp_ring.ko", "virtio_net" }) },
                       .machine = { .cpus = 2 } };
  const auto texts = texts_of(column);
  EXPECT_THAT(texts, IsSupersetOf({ "write 1 to /sys/devices/system/cpu/cpu1/online",
                                    "load patched/e1000.ko", "load virtio_net",
                                    "nic1: ip link set INTERFACE up" }));
  EXPECT_THAT(texts, Contains("load patched/xdp_ring.ko").Times(1));
  EXPECT_THAT(texts, Not(Contains("write 1 to /sys/devices/system/cpu/cpu2/online")));
}

} // namespace

} // namespace verdict
