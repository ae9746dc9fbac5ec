// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/machine_config.h"

#include <fstream>

#include "base/text.h"
#include "packet/address.h"

namespace verdict {

namespace {

/// Slots are pinned, as a migration stream names devices by them. The first NIC is in slot 16.
constexpr unsigned serial_slot = 3;
constexpr unsigned first_nic_slot = 16;

Result<std::string> nic_device(const NicConfig &nic, unsigned index)
{
  std::string device =
      format("%s,id=nic%u,netdev=wire%u,mac=%s,addr=0x%x,romfile=", nic.model.c_str(), index, index,
             NicAddress::of(index).guest_mac.text().c_str(), first_nic_slot + index);
  if (!nic.bus.empty())
    device += ",bus=" + nic.bus;
  // Without autonegotiation the link is up in 0.02 s instead of 2 s; without mitigation there is
  // one interrupt per event.
  if (nic.model == "e1000" || nic.model == "e1000-82544gc" || nic.model == "e1000-82545em")
    return device + ",autonegotiation=off,mitigation=off";
  // No VLAN filter, as an e1000 has none until a VLAN device is added.
  // The guest need not announce itself after a restore. QEMU 7.2 even crashes at the device's next
  // reset if it was to, with announce-rounds 0 (virtio_net_reset() deletes a timer twice). Without
  // ctrl_vlan it takes tagged frames of VLANs that the guest has not asked for, as an e1000 does.
  if (nic.model == "virtio-net-pci")
    return device + ",guest_announce=off,ctrl_vlan=off";
  if (nic.model == "vmxnet3" || nic.model == "e1000e")
    return device;
  return fail("unknown NIC model '" + nic.model + "'");
}

bool is_elf(const std::filesystem::path &path)
{
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof(magic));
  return std::string_view(magic, 4) == "\x7f"
                                       "ELF";
}

} // namespace

std::string default_command_line()
{
  return "console=ttyS0 loglevel=7 panic=-1 unknown_nmi_panic net.ifnames=0 nokaslr "
         "tsc=reliable lpj=4000000 mitigations=off no_timer_check cryptomgr.notests "
         "random.trust_cpu=on rcupdate.rcu_expedited=1";
}

Result<std::vector<std::string>> qemu_arguments(const MachineConfig &config,
                                                const Plumbing &plumbing)
{
  std::string command_line = default_command_line();
  if (!config.extra_command_line.empty())
    command_line += " " + config.extra_command_line;

  std::vector<std::string> arguments{
    qemu_program,
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-no-reboot",
    "-machine",
    config.chipset,
    "-accel",
    "tcg",
    "-cpu",
    config.cpu,
    "-smp",
    std::to_string(config.cpus),
    "-m",
    std::to_string(config.memory_mib),
    "-kernel",
    config.kernel,
    "-initrd",
    config.initrd,
    "-append",
    command_line,
  };
  auto add = [&](const std::string &option, const std::string &value) {
    arguments.push_back(option);
    arguments.push_back(value);
  };
  if (is_elf(config.kernel))
    add("-bios", "qboot.rom");
  // Before those that it is to translate for.
  for (const std::string &device : config.devices)
    add("-device", device);
  add("-chardev", "file,id=serial,path=" + plumbing.serial_log);
  add("-serial", "chardev:serial");
  add("-chardev", format("socket,id=qmp,fd=%d", plumbing.qmp_fd));
  add("-mon", "chardev=qmp,mode=control");
  add("-device", format("virtio-serial-pci,id=ports,addr=0x%x", serial_slot));
  add("-chardev", format("socket,id=agent,fd=%d", plumbing.agent_fd));
  add("-device", std::string("virtserialport,bus=ports.0,nr=1,chardev=agent,name=") + agent_port);
  for (unsigned i = 0; i < config.nics.size(); i++) {
    auto device = nic_device(config.nics[i], i);
    if (!device)
      return tl::unexpected(device.error());
    add("-netdev", format("dgram,id=wire%u,local.type=fd,local.str=%u", i,
                          static_cast<unsigned>(plumbing.first_wire_fd) + i));
    add("-device", *device);
  }
  if (config.counted_time)
    add("-icount", "shift=0,sleep=on");
  if (!plumbing.plugin.empty())
    add("-plugin", format("%s,fd=%d", plumbing.plugin.c_str(), plumbing.plugin_fd));
  add("-D", plumbing.trace_log);
  if (plumbing.incoming)
    add("-incoming", "defer");
  return arguments;
}

} // namespace verdict
