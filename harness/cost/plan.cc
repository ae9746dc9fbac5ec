// SPDX-License-Identifier: GPL-2.0-only
#include "cost/plan.h"

#include <optional>

namespace verdict::cost {

namespace {

void add(std::vector<Case> &cases, const std::string &system, const std::vector<std::string> &paths,
         const std::optional<Point> &point = {})
{
  for (const std::string &name : paths) {
    const Path *path = find_path(name);
    cases.push_back({ find_system(system), path, point.value_or(path->base) });
  }
}

/// Each dimension but for the base point.
std::vector<Point> variations()
{
  std::vector<Point> points;
  for (const size_t size : { 508, 1514, 9014 })
    points.push_back({ .size = size });
  for (const unsigned ring : { 48, 4096 })
    points.push_back({ .ring = ring });
  points.push_back({ .flows = 16 });
  return points;
}

} // namespace

std::vector<Case> plan()
{
  std::vector<Case> cases;
  for (const Path &path : paths()) {
    if (!path.in_user_space())
      add(cases, "e1000", { path.name });
  }
  for (const Path &path : paths()) {
    if (!path.in_user_space() && path.hook != Hook::native)
      add(cases, "stock e1000", { path.name });
  }
  add(cases, "virtio_net",
      { "native DROP", "native TX", "native REDIRECT", "native PASS", "native AF_XDP, copy" });
  add(cases, "vmxnet3", { "native DROP", "native TX" });
  add(cases, "DPDK", { "rxonly", "macswap" });
  add(cases, "floor", { "floor DROP", "floor TX" });
  for (const Point &point : variations()) {
    add(cases, "e1000",
        { "native DROP", "native TX", "native REDIRECT", "native PASS", "tc drop", "stack" },
        point);
    add(cases, "stock e1000", { "tc drop", "stack" }, point);
    if (point.ring == Point{}.ring && point.size <= 1514)
      add(cases, "virtio_net", { "native DROP", "native TX" }, point);
  }
  return cases;
}

std::vector<Case> budgeted()
{
  std::vector<Case> cases;
  add(cases, "e1000",
      { "native DROP", "native TX", "native PASS", "native REDIRECT", "tc drop", "generic DROP",
        "stack" });
  return cases;
}

const std::vector<Reach> &reaches()
{
  static const std::vector<Reach> all{
    { "native DROP", "DPDK", "rxonly", 1.0 },
    { "native DROP", "virtio_net", "native DROP" },
    { "native DROP", "vmxnet3", "native DROP" },
    { "native TX", "DPDK", "macswap", 1.1 },
    { "native TX", "virtio_net", "native TX" },
    { "native TX", "vmxnet3", "native TX" },
    { "native REDIRECT", "virtio_net", "native REDIRECT" },
    { "native PASS", "stock e1000", "stack", 1.0 },
    { "native PASS", "virtio_net", "native PASS" },
    { "stack", "stock e1000", "stack", 1.0 },
    { "TCP receive", "stock e1000", "TCP receive", 1.0 },
    { "tc drop", "stock e1000", "tc drop", 1.0 },
    { "generic DROP", "stock e1000", "generic DROP", 1.0 },
    { "generic TX", "stock e1000", "generic TX", 1.0 },
    { "generic REDIRECT", "stock e1000", "generic REDIRECT", 1.0 },
    { "generic PASS", "stock e1000", "generic PASS", 1.0 },
    // What a program costs beside the bare verdict that it ends with.
    { "example filter", "e1000", "native DROP" },
    { "example balancer", "e1000", "native TX" },
    { "example bridge", "e1000", "native REDIRECT" },
    { "example router", "e1000", "native REDIRECT" },
    { "example vlan", "e1000", "native TX" },
    { "example pipeline", "e1000", "native TX" },
    { "example classify", "e1000", "native PASS" },
    { "example sampler", "e1000", "native PASS" },
    { "example spread", "e1000", "native PASS" },
    { "example xsk_echo", "e1000", "native AF_XDP, copy" },
  };
  return all;
}

} // namespace verdict::cost
