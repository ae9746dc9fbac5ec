// SPDX-License-Identifier: GPL-2.0-only
#include "lab/guest_setup.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/deadline.h"
#include "base/file.h"
#include "base/text.h"
#include "lab/code_map.h"
#include "packet/address.h"
#include "qemu/kernel_image.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

/// Goes into the golden image's key: to be raised when set_up() below changes.
constexpr const char *set_up_version = "3";

constexpr milliseconds boot_timeout{ 120000 };

/// A kernel of our own has its checkers' memory to carry: KASAN's shadow, lockdep's tables.
constexpr unsigned debug_memory_mib = 512;

constexpr milliseconds link_timeout{ 30000 };

const std::string dma_debug = "/sys/kernel/debug/dma-api/";
constexpr const char *kmemleak = "/sys/kernel/debug/kmemleak";

/// kmemleak leaves alone what is younger (MSECS_MIN_AGE in mm/kmemleak.c).
constexpr std::chrono::milliseconds kmemleak_min_age{ 5000 };

constexpr milliseconds scan_timeout{ 120000 };

std::string environment(const char *name, const std::string &otherwise)
{
  const char *value = std::getenv(name);
  return value && *value ? value : otherwise;
}

Result<void> load_drivers(guest::Agent &agent, Driver driver)
{
  if (auto loaded = agent.modprobe("virtio_net"); !loaded)
    return loaded;
  if (driver == Driver::vmxnet3)
    return agent.modprobe("vmxnet3");
  if (driver == Driver::stock)
    return agent.modprobe("e1000");
  for (const char *module : { "patched/xdp_ring.ko", "patched/e1000.ko" }) {
    if (auto loaded = agent.insmod(module); !loaded)
      return fail("the patched driver cannot be loaded: " + loaded.error().message +
                  " (run make modules, then scripts/guest-image)");
  }
  return {};
}

/// Error, or the interface's name.
Result<std::string> set_up_nic(guest::Agent &agent, unsigned index)
{
  const NicAddress address = NicAddress::of(index);
  auto name = agent.ifname_of(address.guest_mac.text());
  if (!name)
    return name;
  for (const std::vector<std::string> &command : std::vector<std::vector<std::string>>{
           { "ip", "addr", "add", address.guest_ip.text() + "/24", "dev", *name },
           { "ip", "link", "set", *name, "up" },
       }) {
    if (auto done = agent.run_ok(command); !done)
      return tl::unexpected(done.error());
  }
  return add_neighbour(agent, index, *name).map([&] { return *name; });
}

/// Twice, as an object is a leak only if nothing pointed to it both times.
Result<void> scan_for_leaks(guest::Agent &agent)
{
  std::this_thread::sleep_for(kmemleak_min_age);
  for (int i = 0; i < 2; i++) {
    // The write returns when the scan is done.
    auto done = agent.call("write", { { "path", kmemleak }, { "data", "scan" } }, scan_timeout);
    if (!done)
      return tl::unexpected(done.error());
  }
  return {};
}

/// What the kernel has lost while it booted is no test's fault.
Result<void> forget_leaks(guest::Agent &agent)
{
  if (!has_kmemleak(agent))
    return {};
  if (auto done = scan_for_leaks(agent); !done)
    return done;
  return agent.write(kmemleak, "clear");
}

Result<void> set_up(Machine &machine, const Column &column)
{
  guest::Agent agent(machine.take_agent_socket());
  if (auto answered = agent.ping(boot_timeout); !answered) {
    machine.end_as_hang("the guest's agent does not answer: " + answered.error().message);
    return machine.health();
  }
  for (unsigned cpu = 1; cpu < column.machine.cpus; cpu++) {
    if (auto done = agent.write(format("/sys/devices/system/cpu/cpu%u/online", cpu), "1"); !done)
      return done;
  }
  for (const char *scope : { "all", "default" }) {
    const std::string path = format("/proc/sys/net/ipv6/conf/%s/disable_ipv6", scope);
    if (auto done = agent.write(path, "1"); !done)
      return done;
  }
  if (auto loaded = load_drivers(agent, column.driver); !loaded)
    return loaded;
  std::vector<std::string> names;
  for (unsigned i = 0; i < machine.nic_count(); i++) {
    auto name = set_up_nic(agent, i);
    if (!name)
      return fail(format("nic%u: ", i) + name.error().message);
    names.push_back(*name);
  }
  for (const std::string &name : names) {
    if (auto linked = until_link(agent, name); !linked)
      return linked;
  }
  if (auto recorded = CodeMap::record(agent, machine.evidence()); !recorded)
    return recorded;
  return forget_leaks(agent);
}

} // namespace

Result<void> add_neighbour(guest::Agent &agent, unsigned nic, const std::string &ifname)
{
  const NicAddress address = NicAddress::of(nic);
  auto done = agent.run_ok({ "ip", "neigh", "replace", address.host_ip.text(), "lladdr",
                             address.host_mac.text(), "dev", ifname, "nud", "permanent" });
  if (!done)
    return tl::unexpected(done.error());
  return {};
}

Result<void> until_link(guest::Agent &agent, const std::string &ifname)
{
  const Deadline deadline(link_timeout);
  for (;;) {
    auto device = agent.netdev(ifname);
    if (!device)
      return tl::unexpected(device.error());
    if ((*device)["carrier"] == 1 && (*device)["operstate"] == "up")
      return {};
    if (deadline.expired())
      return fail(ifname + " has no link that the stack can send on: " + device->dump());
    std::this_thread::sleep_for(milliseconds(10));
  }
}

Result<void> poll_by_timer(guest::Agent &agent, const std::string &ifname, milliseconds period,
                           unsigned empty_polls)
{
  const std::string knobs = "/sys/class/net/" + ifname + "/";
  const auto timeout = std::chrono::nanoseconds(period).count();
  if (auto done = agent.write(knobs + "gro_flush_timeout", std::to_string(timeout)); !done)
    return done;
  return agent.write(knobs + "napi_defer_hard_irqs", std::to_string(empty_polls));
}

Result<void> poll_by_interrupt(guest::Agent &agent, const std::string &ifname)
{
  return poll_by_timer(agent, ifname, milliseconds(0), 0);
}

bool lists_dma_mappings(guest::Agent &agent)
{
  return agent.read(dma_debug + "disabled") == "N\n";
}

Result<std::vector<std::string>> dma_mappings(guest::Agent &agent, const std::string &driver)
{
  auto all = agent.read(dma_debug + "dump");
  if (!all)
    return tl::unexpected(all.error());
  std::vector<std::string> mappings;
  for (const std::string &line : split_lines(*all)) {
    if (line.starts_with(driver + " "))
      mappings.push_back(line);
  }
  return mappings;
}

bool has_kmemleak(guest::Agent &agent)
{
  return agent.read(kmemleak).has_value();
}

Result<std::string> find_leaks(guest::Agent &agent)
{
  if (!has_kmemleak(agent))
    return std::string();
  if (auto done = scan_for_leaks(agent); !done)
    return tl::unexpected(done.error());
  return agent.read(kmemleak);
}

unsigned slowness()
{
  const std::string kernel = environment("VERDICT_KERNEL", "");
  const bool by_name = !kernel.empty() && kernel.find('/') == kernel.npos;
  return by_name ? 8 : 1;
}

fs::path Places::run() const
{
  return out / (kernel_name.empty() ? "run" : "run-" + kernel_name);
}

Result<Places> Places::find()
{
  Places places;
  places.out = fs::relative(program_directory().parent_path());
  const fs::path cache =
      fs::path(environment("XDG_CACHE_HOME", environment("HOME", "") + "/.cache")) / "xdp-e1000";
  const auto chosen = read_file(cache / "release");
  if (!chosen)
    return fail("no kernel was chosen (" + chosen.error().message + "); run scripts/setup");
  const std::string release = chosen->substr(0, chosen->find('\n'));
  places.source = cache / "kernel" / release / "source";
  const std::string wanted = environment("VERDICT_KERNEL", "");
  std::string image; // below out/guest
  if (!wanted.empty() && wanted.find('/') == wanted.npos) {
    image = wanted;
    places.kernel_name = wanted;
    places.symbols = cache / "debug" / release / "build";
    places.kernel = places.out / "kernel" / wanted / "vmlinux";
    if (!fs::exists(places.kernel))
      return fail(places.kernel.string() + " does not exist; run scripts/kernel");
  } else {
    image = release;
    places.release = release;
    places.symbols = places.out / "modules" / release;
    places.kernel = cache / "kernel" / image / "boot" / ("vmlinuz-" + image);
    if (!wanted.empty()) {
      places.kernel = wanted;
      places.kernel_name = places.kernel.filename();
      places.release.clear();
    }
  }
  places.initrd = environment("VERDICT_INITRD", places.out / "guest" / image / "initrd.cpio");
  if (!fs::exists(places.initrd))
    return fail(places.initrd.string() + " does not exist; run scripts/guest-image");
  if (places.kernel.filename().string().starts_with("vmlinuz")) {
    auto made = make_directories(places.out / "golden");
    if (!made)
      return tl::unexpected(made.error());
    auto vmlinux = vmlinux_of(places.kernel, places.out / "golden");
    if (!vmlinux)
      return tl::unexpected(vmlinux.error());
    places.kernel = *vmlinux;
  }
  return places;
}

const std::vector<SplatFinder::Rule> &false_alarms()
{
  static const std::vector<SplatFinder::Rule> rules{
    { "DMA-API: (preallocated|debugging enabled)", "it says that it is on" },
    { "WARNING: .* at netdev_upper_get_next_dev_rcu",
      "a broadcast through a devmap: lockdep does not know that a NAPI poll is a reader of RCU; "
      "upstream's 39feb171f361 tells it" },
  };
  return rules;
}

Result<GoldenSpec> golden_spec(const Column &column, const Places &places)
{
  GoldenSpec spec;
  spec.machine.name = column.name;
  // One image is kept for each name.
  if (!places.kernel_name.empty()) {
    spec.machine.name += "." + places.kernel_name;
    spec.machine.memory_mib = debug_memory_mib;
    // The firmware tables of "pc" have a program that makes the interrupt routing anew for each
    // device: 25 seconds of it with all allocations watched. Those of "q35" have a list.
    spec.machine.chipset = "q35";
  }
  // The guest image with mutants is another one.
  if (!environment("VERDICT_MUTANT", "").empty())
    spec.machine.name += ".mutants";
  const MachineVariant &variant = column.machine;
  spec.machine.extra_command_line = variant.command_line;
  spec.machine.devices = variant.devices;
  spec.machine.cpus = variant.cpus;
  // The kernel changes its own code while it boots, and QEMU 7.2 may go on executing what a CPU had
  // translated meanwhile: "Oops: int3" (text_poke_bp_batch() in arch/x86/kernel/alternative.c).
  if (variant.cpus > 1)
    spec.machine.extra_command_line += " maxcpus=1";
  spec.machine.memory_mib = std::max(spec.machine.memory_mib, variant.memory_mib);
  if (!variant.chipset.empty())
    spec.machine.chipset = variant.chipset;
  if (!variant.cpu.empty())
    spec.machine.cpu = variant.cpu;
  spec.machine.counted_time = variant.counted_time;
  spec.machine.kernel = places.kernel;
  spec.machine.initrd = places.initrd;
  if (!variant.image.empty()) {
    spec.machine.initrd.replace_filename(places.initrd.stem().string() + "-" + variant.image +
                                         places.initrd.extension().string());
    if (!fs::exists(spec.machine.initrd))
      return fail(spec.machine.initrd.string() + " does not exist; run scripts/" + variant.image +
                  "-image");
  }
  spec.allowed_splats = false_alarms();
  spec.machine.nics = column.nics;
  spec.set_up = [column](Machine &machine) { return set_up(machine, column); };
  spec.set_up_key = format("%s driver %d", set_up_version, static_cast<int>(column.driver));
  return spec;
}

} // namespace verdict
