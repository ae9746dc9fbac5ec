// SPDX-License-Identifier: GPL-2.0-only
#include "nic/nic_state.h"

#include <algorithm>

#include <fmt/format.h>

#include "nic/e1000_state.h"
#include "qemu/register_trace.h"

namespace verdict {

namespace {

using nlohmann::ordered_json;

/// QEMU tells a virtio device's queues by itself: 0 receives, 1 transmits.
Result<ordered_json> virtio_state(Machine &machine, size_t nic)
{
  ordered_json state;
  const std::pair<const char *, unsigned> queues[] = { { "rx_ring", 0 }, { "tx_ring", 1 } };
  for (const auto &[name, queue] : queues) {
    state[name] = TRY(machine.qmp().command(
        "x-query-virtio-queue-status",
        { { "path", fmt::format("/machine/peripheral/nic{}/virtio-backend", nic) },
          { "queue", queue } }));
  }
  return state;
}

} // namespace

Result<ordered_json> nic_state(Machine &machine, size_t nic)
{
  const std::string &model = machine.config().nics.at(nic).model;
  if (model == "virtio-net-pci")
    return virtio_state(machine, nic);
  if (model == "e1000" || model.starts_with("e1000-")) {
    const auto &devices = machine.config().devices;
    const bool behind_iommu =
        std::any_of(devices.begin(), devices.end(),
                    [](const std::string &device) { return device.find("iommu") != device.npos; });
    return e1000_state(machine, TRY(nic_registers(machine, nic)).address, behind_iommu);
  }
  return fail("the harness does not know the registers of " + model);
}

} // namespace verdict
