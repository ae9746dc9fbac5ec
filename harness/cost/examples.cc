// SPDX-License-Identifier: GPL-2.0-only
#include "cost/examples.h"

#include <algorithm>

#include <arpa/inet.h>

#include "packet/builder.h"
#include "selftests/drivers/net/xdp/examples/balancer.h"
#include "selftests/drivers/net/xdp/examples/bridge.h"
#include "selftests/drivers/net/xdp/examples/filter.h"
#include "selftests/drivers/net/xdp/examples/pipeline.h"
#include "selftests/drivers/net/xdp/examples/vlan.h"

namespace verdict::cost {

namespace {

static_assert(closed_port == PIPELINE_PORT);

/// The network that the frames come from is blocked.
std::vector<MapEntry> blocklist()
{
  filter_prefix prefix{ .length = 24, .address = {} };
  const auto source = NicAddress::of(0).host_ip;
  std::copy(source.bytes.begin(), source.bytes.end(), prefix.address);
  return { map_entry("blocklist", prefix, uint64_t{ 0 }) };
}

/// What the frames go to has four backends.
std::vector<MapEntry> backends()
{
  balancer_service service{};
  const auto address = NicAddress::of(0).guest_ip;
  std::copy(address.bytes.begin(), address.bytes.end(), service.address);
  service.port = htons(closed_port);
  std::vector<MapEntry> entries{ map_entry("service", uint32_t{ 0 }, service) };
  for (uint32_t i = 0; i < 4; i++)
    entries.push_back(map_entry("backends", i,
                                balancer_backend{ .address = { 10, 9, 0, static_cast<uint8_t>(i) },
                                                  .mac = { 2, 0, 0, 0, 9, 0 },
                                                  .unused = {} }));
  return entries;
}

std::vector<MapEntry> only_port(uint32_t ifindex)
{
  return { map_entry("ports", ifindex, ifindex) };
}

/// The station that the frames go to was heard of at the target.
std::vector<MapEntry> port_of_the_station(uint32_t ifindex)
{
  bridge_address station;
  const auto mac = NicAddress::of(0).guest_mac;
  std::copy(mac.bytes.begin(), mac.bytes.end(), station.bytes);
  auto entries = only_port(ifindex);
  entries.push_back(map_entry("stations", station, ifindex));
  return entries;
}

} // namespace

std::vector<Path> example_paths()
{
  const vlan_arrival untagged{ .id = VLAN_NONE, .type = htons(ethertype_ipv4) };
  return {
    { .name = "example filter",
      .hook = Hook::native,
      .program = "filter",
      .object = "examples/filter.bpf.o",
      .entries = blocklist() },
    { .name = "example balancer",
      .hook = Hook::native,
      .program = "balancer",
      .object = "examples/balancer.bpf.o",
      .entries = backends() },
    { .name = "example bridge",
      .hook = Hook::native,
      .program = "bridge",
      .target = 1,
      .object = "examples/bridge.bpf.o",
      .target_entries = port_of_the_station },
    { .name = "example router",
      .hook = Hook::native,
      .program = "router",
      .target = 1,
      .object = "examples/router.bpf.o",
      .target_entries = only_port,
      .routed = true },
    { .name = "example vlan",
      .hook = Hook::native,
      .program = "vlan",
      .object = "examples/vlan.bpf.o",
      .entries = { map_entry("rules", untagged, uint16_t{ 5 }) } },
    { .name = "example pipeline",
      .hook = Hook::native,
      .program = "start",
      .object = "examples/pipeline.bpf.o",
      .called = { "check", "mark_v1", "send" } },
    { .name = "example classify",
      .hook = Hook::native,
      .program = "classify",
      .frames = few,
      .object = "examples/classify.bpf.o",
      .entries = { map_entry("classes", htons(closed_port), uint32_t{ 7 }) } },
    { .name = "example sampler",
      .hook = Hook::native,
      .program = "sample_frames",
      .frames = few,
      .object = "examples/sampler.bpf.o",
      .entries = { map_entry(".data", uint32_t{ 0 }, uint64_t{ 1000 }) } },
    { .name = "example spread",
      .hook = Hook::native,
      .program = "spread",
      .frames = few,
      .object = "examples/spread.bpf.o",
      .entries = { map_entry("cpus", uint32_t{ 0 }, uint32_t{ 4096 }),
                   map_entry("spread_over", uint32_t{ 0 }, uint32_t{ 1 }) } },
    { .name = "example xsk_echo",
      .hook = Hook::native,
      .program = "to_socket",
      .socket = true,
      .object = "examples/xsk_echo.bpf.o" },
  };
}

} // namespace verdict::cost
