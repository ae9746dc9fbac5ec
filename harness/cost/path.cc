// SPDX-License-Identifier: GPL-2.0-only
#include "cost/path.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cost/examples.h"
#include "lab/places.h"

namespace verdict::cost {

namespace {

/// A string instruction that the CPU says is fast is one instruction for any length.
constexpr const char *counted_cpu = "max,erms=off,fsrm=off";

} // namespace

std::string Case::name() const
{
  return fmt::format("{}: {}, {} bytes, ring {}, {}", system->name, path->name, point.size,
                     point.ring, count_of(point.flows, "flow"));
}

const std::vector<System> &systems()
{
  static const std::vector<System> all{
    { .name = "e1000", .profile = "e1000-82540em", .module = "e1000", .poll = "e1000_clean" },
    { .name = "stock e1000", .profile = "stock-e1000", .module = "e1000", .poll = "e1000_clean" },
    { .name = "virtio_net",
      .profile = "virtio_net",
      .module = "virtio_net",
      .poll = "virtnet_poll" },
    { .name = "DPDK", .profile = "dpdk" },
    { .name = "floor", .profile = "floor" },
    { .name = "vmxnet3",
      .profile = "vmxnet3",
      .module = "vmxnet3",
      .poll = "vmxnet3_poll_rx_only",
      .ahead = 128 },
  };
  return all;
}

const System *find_system(const std::string &name)
{
  for (const System &system : systems()) {
    if (system.name == name)
      return &system;
  }
  return nullptr;
}

Result<Column> System::column() const
{
  const auto all = TRY(load_columns(TRY(chosen_kernel_profile()).kernel));
  Column column = TRY(find_column(all, profile));
  column.name = "cost-" + profile;
  column.machine.cpu = counted_cpu;
  column.machine.counted_time = true;
  return column;
}

namespace {

std::vector<MapEntry> only_target(uint32_t ifindex)
{
  return { map_entry("target", uint32_t{ 0 }, ifindex) };
}

Path redirect(const std::string &name, Hook hook, size_t target)
{
  return { .name = name,
           .hook = hook,
           .program = "redirect",
           .target = target,
           .frames = hook == Hook::generic ? few : Path{}.frames,
           .target_entries = only_target };
}

std::vector<Path> own_paths()
{
  return {
    { "native DROP", Hook::native, "drop" },
    { "native ABORTED", Hook::native, "aborted" },
    { "native TX", Hook::native, "tx" },
    redirect("native REDIRECT", Hook::native, 1),
    redirect("native REDIRECT to virtio_net", Hook::native, 2),
    { .name = "native AF_XDP, copy", .hook = Hook::native, .program = "socket", .socket = true },
    { .name = "native PASS", .hook = Hook::native, .program = "pass", .frames = few },
    { "generic DROP", Hook::generic, "drop", {}, few },
    { "generic ABORTED", Hook::generic, "aborted", {}, few },
    { "generic TX", Hook::generic, "tx", {}, few },
    redirect("generic REDIRECT", Hook::generic, 1),
    redirect("generic REDIRECT to virtio_net", Hook::generic, 2),
    { "generic PASS", Hook::generic, "pass", {}, few },
    { "tc drop", Hook::tc, "tc_drop", {}, few },
    { .name = "stack", .frames = few },
    // With base_frames that is 10 MB.
    { .name = "TCP receive", .frames = 6144, .stream = true, .base = { .size = 1514 } },
    { "rxonly", Hook::dpdk, "rxonly" },
    { "macswap", Hook::dpdk, "macswap" },
    { "floor DROP", Hook::floor, "drop" },
    { "floor TX", Hook::floor, "tx" },
  };
}

} // namespace

const std::vector<Path> &paths()
{
  static const std::vector<Path> all = [] {
    std::vector<Path> both = own_paths();
    for (Path &path : example_paths())
      both.push_back(std::move(path));
    return both;
  }();
  return all;
}

const Path *find_path(const std::string &name)
{
  for (const Path &path : paths()) {
    if (path.name == name)
      return &path;
  }
  return nullptr;
}

} // namespace verdict::cost
