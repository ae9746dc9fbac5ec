// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include "qemu/machine_config.h"

#include <fstream>

#include "guest/port.h"
#include "packet/address.h"

namespace verdict {

namespace {

/// Slots are pinned, as a migration stream names devices by them. The first NIC is in slot 16.
constexpr unsigned serial_slot = 3;
constexpr unsigned first_nic_slot = 16;

/// What every kernel of the harness boots with, beside what its architecture has: everything to the
/// serial log, a panic ends QEMU, an NMI panics (this is how a hang is ended), and nothing that
/// costs time under TCG.
constexpr const char *common_command_line =
    "loglevel=7 panic=-1 net.ifnames=0 nokaslr mitigations=off cryptomgr.notests "
    "random.trust_cpu=on rcupdate.rcu_expedited=1";

/// With one instruction a nanosecond the counter counts nanoseconds (QEMU: icount_get()).
constexpr unsigned counted_tsc_khz = 1'000'000;

std::string nic_device(const NicConfig &nic, unsigned index)
{
  std::string device =
      fmt::format("{},id=nic{},netdev=wire{},mac={},addr=0x{:x},romfile=", nic.model, index, index,
                  NicAddress::of(index).guest_mac.text(), first_nic_slot + index);
  if (!nic.bus.empty())
    device += ",bus=" + nic.bus;
  if (!nic.options.empty())
    device += "," + nic.options;
  return device;
}

bool is_elf(const std::filesystem::path &path)
{
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof(magic));
  return std::string_view(magic, 4) == "\x7f"
                                       "ELF";
}

} // namespace

std::string nic_pci_address(unsigned index)
{
  return fmt::format("0000:00:{:02x}.0", first_nic_slot + index);
}

std::vector<std::string> qemu_arguments(const MachineConfig &config, const Plumbing &plumbing)
{
  const Architecture &architecture = config.architecture;
  std::string command_line = fmt::format("{} {}", architecture.command_line, common_command_line);
  const unsigned tsc_khz = config.counted_time ? counted_tsc_khz : plumbing.tsc_khz;
  if (architecture.has_tsc && tsc_khz)
    command_line += fmt::format(" tsc_early_khz={}", tsc_khz);
  if (!config.extra_command_line.empty())
    command_line += " " + config.extra_command_line;

  std::vector<std::string> arguments{
    architecture.qemu_program,
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
    config.cpu.empty() ? architecture.cpu : config.cpu,
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
  add("-chardev", fmt::format("socket,id=qmp,fd={}", plumbing.qmp_fd));
  add("-mon", "chardev=qmp,mode=control");
  add("-device", fmt::format("virtio-serial-pci,id=ports,addr=0x{:x}", serial_slot));
  add("-chardev", fmt::format("socket,id=agent,fd={}", plumbing.agent_fd));
  add("-device",
      std::string("virtserialport,bus=ports.0,nr=1,chardev=agent,name=") + guest::agent_port);
  if (config.console) {
    add("-chardev", fmt::format("socket,id=console,fd={}", plumbing.console_fd));
    add("-device", "virtconsole,bus=ports.0,nr=2,chardev=console");
  }
  for (unsigned i = 0; i < config.nics.size(); i++) {
    add("-netdev", fmt::format("dgram,id=wire{},local.type=fd,local.str={}", i,
                               static_cast<unsigned>(plumbing.first_wire_fd) + i));
    add("-device", nic_device(config.nics[i], i));
  }
  if (!config.disk.empty()) {
    add("-drive", "if=none,id=disk,format=raw,readonly=on,file=" + config.disk.string());
    add("-device", "virtio-blk-pci,drive=disk");
  }
  if (config.counted_time)
    add("-icount", "shift=0,sleep=on");
  if (!plumbing.plugin.empty())
    add("-plugin", fmt::format("{},fd={}", plumbing.plugin, plumbing.plugin_fd));
  add("-D", plumbing.trace_log);
  if (plumbing.incoming)
    add("-incoming", "defer");
  return arguments;
}

} // namespace verdict
