// SPDX-License-Identifier: GPL-2.0-only
#include "cost/examples.h"

#include <algorithm>

#include <arpa/inet.h>

#include "base/bytes.h"
#include "packet/builder.h"
#include "selftests/drivers/net/xdp/examples/balancer.h"
#include "selftests/drivers/net/xdp/examples/filter.h"
#include "selftests/drivers/net/xdp/examples/pipeline.h"
#include "selftests/drivers/net/xdp/examples/vlan.h"

namespace verdict::cost {

namespace {

static_assert(closed_port == PIPELINE_PORT);

template <typename Key, typename Value>
MapEntry entry(const std::string &map, const Key &key, const Value &value)
{
  const auto key_bytes = bytes_of(key), value_bytes = bytes_of(value);
  return { map,
           { key_bytes.begin(), key_bytes.end() },
           { value_bytes.begin(), value_bytes.end() } };
}

/// The network that the frames come from is blocked.
std::vector<MapEntry> blocklist()
{
  filter_prefix prefix{ .length = 24, .address = {} };
  const auto source = NicAddress::of(0).host_ip;
  std::copy(source.bytes.begin(), source.bytes.end(), prefix.address);
  return { entry("blocklist", prefix, uint64_t{ 0 }) };
}

/// What the frames go to has four backends.
std::vector<MapEntry> backends()
{
  balancer_service service{};
  const auto address = NicAddress::of(0).guest_ip;
  std::copy(address.bytes.begin(), address.bytes.end(), service.address);
  service.port = htons(closed_port);
  std::vector<MapEntry> entries{ entry("service", uint32_t{ 0 }, service) };
  for (uint32_t i = 0; i < 4; i++)
    entries.push_back(entry("backends", i,
                            balancer_backend{ .address = { 10, 9, 0, static_cast<uint8_t>(i) },
                                              .mac = { 2, 0, 0, 0, 9, 0 },
                                              .unused = {} }));
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
    { .name = "example vlan",
      .hook = Hook::native,
      .program = "vlan",
      .object = "examples/vlan.bpf.o",
      .entries = { entry("rules", untagged, uint16_t{ 5 }) } },
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
      .entries = { entry("classes", htons(closed_port), uint32_t{ 7 }) } },
    { .name = "example sampler",
      .hook = Hook::native,
      .program = "sample_frames",
      .frames = few,
      .object = "examples/sampler.bpf.o",
      .entries = { entry(".data", uint32_t{ 0 }, uint64_t{ 1000 }) } },
    { .name = "example spread",
      .hook = Hook::native,
      .program = "spread",
      .frames = few,
      .object = "examples/spread.bpf.o",
      .entries = { entry("cpus", uint32_t{ 0 }, uint32_t{ 4096 }),
                   entry("spread_over", uint32_t{ 0 }, uint32_t{ 1 }) } },
    { .name = "example xsk_echo",
      .hook = Hook::native,
      .program = "to_socket",
      .socket = true,
      .object = "examples/xsk_echo.bpf.o" },
  };
}

} // namespace verdict::cost
