// SPDX-License-Identifier: GPL-2.0-only
#include "lab/column.h"

#include <algorithm>

namespace verdict {

const std::vector<Column> &columns()
{
  using guest::XdpMode;
  static const NicConfig virtio{ "virtio-net-pci" }, e1000{ "e1000" };
  static const std::vector<Column> all{
    { "e1000-82540em", Driver::patched, XdpMode::native, { e1000, e1000, virtio } },
    { "e1000-82544gc", Driver::patched, XdpMode::native, { { "e1000-82544gc" }, e1000, virtio } },
    { "e1000-82545em", Driver::patched, XdpMode::native, { { "e1000-82545em" }, e1000, virtio } },
    { "stock-e1000", Driver::stock, XdpMode::generic, { e1000, e1000, virtio } },
    { "virtio_net", Driver::virtio, XdpMode::native, { virtio, virtio, e1000 } },
  };
  return all;
}

std::vector<Column> patched_columns()
{
  std::vector<Column> patched;
  std::copy_if(columns().begin(), columns().end(), std::back_inserter(patched),
               [](const Column &column) { return column.driver == Driver::patched; });
  return patched;
}

const std::vector<Column> &native_columns()
{
  using guest::XdpMode;
  static const NicConfig virtio{ "virtio-net-pci" }, e1000{ "e1000" }, vmxnet3{ "vmxnet3" };
  static const std::vector<Column> all{
    { "e1000-82540em", Driver::patched, XdpMode::native, { e1000, e1000, virtio } },
    { "virtio_net", Driver::virtio, XdpMode::native, { virtio, virtio, e1000 } },
    { "vmxnet3", Driver::vmxnet3, XdpMode::native, { vmxnet3 } },
  };
  return all;
}

const std::vector<Column> &machine_columns()
{
  using guest::XdpMode;
  static const NicConfig virtio{ "virtio-net-pci" }, e1000{ "e1000" };
  static const std::vector<Column> all{
    { "e1000-swiotlb",
      Driver::patched,
      XdpMode::native,
      { e1000, e1000, virtio },
      { .command_line = "swiotlb=force" } },
    { "e1000-iommu",
      Driver::patched,
      XdpMode::native,
      { e1000, e1000, virtio },
      { .command_line = "intel_iommu=on iommu.strict=1 iommu.passthrough=0",
        .chipset = "q35",
        .devices = { "intel-iommu" } } },
    { "e1000-5gib",
      Driver::patched,
      XdpMode::native,
      { e1000, e1000, virtio },
      { .memory_mib = 5120 } },
  };
  return all;
}

const Column &smp_column()
{
  static const NicConfig e1000{ "e1000" };
  // On "pc" NICs share interrupts, which go to one CPU.
  static const Column smp{ "e1000-smp",
                           Driver::patched,
                           guest::XdpMode::native,
                           { e1000, e1000, e1000 },
                           { .chipset = "q35", .cpus = 2 } };
  return smp;
}

const Column &bridge_column()
{
  static const NicConfig behind{ "e1000", "bridge" };
  static const Column bridge{ "e1000-bridge",
                              Driver::patched,
                              guest::XdpMode::native,
                              { behind, behind },
                              { .chipset = "q35",
                                .devices = {
                                    "pcie-root-port,id=root,chassis=1,addr=0x8,x-speed=2_5",
                                    "pcie-pci-bridge,id=bridge,bus=root" } } };
  return bridge;
}

std::string Column::test_name() const
{
  std::string text = name;
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

void PrintTo(const Column &column, std::ostream *stream)
{
  *stream << column.name;
}

} // namespace verdict
