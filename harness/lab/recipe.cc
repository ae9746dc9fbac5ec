// SPDX-License-Identifier: GPL-2.0-only
#include "lab/recipe.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "lab/boot.h"
#include "lab/false_alarms.h"
#include "lab/set_up.h"
#include "qemu/device_options.h"

namespace verdict {

namespace {

Result<void> set_up(Machine &machine, const std::vector<SetUpStep> &steps)
{
  guest::Agent agent = TRY(boot_agent(machine));
  for (const SetUpStep &step : steps)
    TRY(step.run(agent, machine));
  return {};
}

} // namespace

Result<NicConfig> device_of(const Nic &nic, const Places &places)
{
  NicConfig device = nic.device;
  for (const std::string &option :
       TRY(known_options(places.kernel_profile.architecture.qemu_program, device.model,
                         nic.older_options, places.out / "golden")))
    device.options += (device.options.empty() ? "" : ",") + option;
  return device;
}

Result<GoldenSpec> golden_spec(const Column &column, const Places &places)
{
  const KernelProfile &kernel = places.kernel_profile;
  const MachineVariant &variant = column.machine;
  GoldenSpec spec;
  spec.machine.name = column.name;
  // One image is kept for each name.
  if (!places.kernel_name.empty())
    spec.machine.name += "." + places.kernel_name;
  // The guest image with mutants is another one.
  if (std::getenv("VERDICT_MUTANT"))
    spec.machine.name += ".mutants";
  spec.machine.extra_command_line = variant.command_line;
  spec.machine.devices = variant.devices;
  spec.machine.cpus = variant.cpus;
  // The kernel changes its own code while it boots, and QEMU 7.2 may go on executing what a CPU had
  // translated meanwhile: "Oops: int3" (text_poke_bp_batch() in arch/x86/kernel/alternative.c).
  if (variant.cpus > 1)
    spec.machine.extra_command_line += " maxcpus=1";
  spec.machine.memory_mib = std::max(kernel.memory_mib, variant.memory_mib);
  spec.machine.chipset = variant.chipset.empty() ? kernel.chipset : variant.chipset;
  spec.machine.architecture = kernel.architecture;
  spec.machine.cpu = variant.cpu;
  spec.machine.counted_time = variant.counted_time;
  spec.machine.kernel = places.kernel;
  spec.machine.initrd = places.initrd;
  if (!variant.image.empty()) {
    spec.machine.initrd.replace_filename(places.initrd.stem().string() + "-" + variant.image +
                                         places.initrd.extension().string());
    if (!file_exists(spec.machine.initrd))
      return fail(spec.machine.initrd.string() + " does not exist; see scripts/" + variant.image +
                  "-image --help");
  }
  spec.allowed_splats = false_alarms();
  for (const Nic &nic : column.nics)
    spec.machine.nics.push_back(TRY(device_of(nic, places)));
  const auto steps = set_up_steps(column);
  for (const SetUpStep &step : steps)
    spec.set_up_key += step.text + "\n";
  spec.set_up = [steps](Machine &machine) { return set_up(machine, steps); };
  return spec;
}

} // namespace verdict
