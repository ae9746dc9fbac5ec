// SPDX-License-Identifier: GPL-2.0-only
#include "cost/path.h"

#include "base/text.h"

namespace verdict::cost {

namespace {

Column column(const std::string &name, Driver driver, std::vector<NicConfig> nics)
{
  // A string instruction that the CPU says is fast is one instruction for any length.
  return { "cost-" + name,
           driver,
           guest::XdpMode::native,
           std::move(nics),
           { .cpu = "max,erms=off,fsrm=off", .counted_time = true } };
}

Column dpdk_column()
{
  Column dpdk = column("dpdk", Driver::stock, { { "e1000" } });
  dpdk.machine.image = "dpdk";
  dpdk.machine.memory_mib = 512;
  return dpdk;
}

} // namespace

std::string Case::name() const
{
  return format("%s: %s, %zu bytes, ring %u, %s", system->name.c_str(), path->name.c_str(),
                point.size, point.ring, count_of(point.flows, "flow").c_str());
}

const std::vector<System> &systems()
{
  static const NicConfig e1000{ "e1000" }, virtio{ "virtio-net-pci" }, vmxnet3{ "vmxnet3" };
  static const std::vector<System> all{
    { .name = "e1000",
      .column = column("e1000", Driver::patched, { e1000, e1000, virtio }),
      .module = "e1000",
      .poll = "e1000_clean" },
    { .name = "stock e1000",
      .column = column("stock-e1000", Driver::stock, { e1000, e1000, virtio }),
      .module = "e1000",
      .poll = "e1000_clean" },
    { .name = "virtio_net",
      .column = column("virtio_net", Driver::virtio, { virtio, virtio, virtio }),
      .module = "virtio_net",
      .poll = "virtnet_poll" },
    { .name = "DPDK", .column = dpdk_column() },
    { .name = "vmxnet3",
      .column = column("vmxnet3", Driver::vmxnet3, { vmxnet3, vmxnet3, virtio }),
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

const std::vector<Path> &paths()
{
  constexpr size_t few = 4096; // for ways that take thousands of instructions
  static const std::vector<Path> all{
    { "native DROP", Hook::native, "drop" },
    { "native ABORTED", Hook::native, "aborted" },
    { "native TX", Hook::native, "tx" },
    { "native REDIRECT", Hook::native, "redirect", 1 },
    { "native REDIRECT to virtio_net", Hook::native, "redirect", 2 },
    { .name = "native AF_XDP, copy", .hook = Hook::native, .program = "socket", .socket = true },
    { .name = "native PASS", .hook = Hook::native, .program = "pass", .frames = few },
    { "generic DROP", Hook::generic, "drop", {}, few },
    { "generic ABORTED", Hook::generic, "aborted", {}, few },
    { "generic TX", Hook::generic, "tx", {}, few },
    { "generic REDIRECT", Hook::generic, "redirect", 1, few },
    { "generic REDIRECT to virtio_net", Hook::generic, "redirect", 2, few },
    { "generic PASS", Hook::generic, "pass", {}, few },
    { "tc drop", Hook::tc, "tc_drop", {}, few },
    { .name = "stack", .frames = few },
    // With base_frames that is 10 MB.
    { .name = "TCP receive", .frames = 6144, .stream = true, .base = { .size = 1514 } },
    { "rxonly", Hook::dpdk, "rxonly" },
    { "macswap", Hook::dpdk, "macswap" },
  };
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
