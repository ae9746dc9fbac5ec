// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/golden_image.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds failure_memory{ 60 };

/// How long ago a file was written.
Result<fs::file_time_type::duration> age_of(const fs::path &file)
{
  std::error_code error;
  const auto written = fs::last_write_time(file, error);
  if (error)
    return fail(file.string() + ": " + error.message());
  return fs::file_time_type::clock::now() - written;
}

} // namespace

Result<std::string> GoldenStore::key_of(const GoldenSpec &spec) const
{
  const fs::path qemu = TRY(find_program(spec.machine.architecture.qemu_program));
  std::string key;
  for (const fs::path &file : { spec.machine.kernel, spec.machine.initrd, qemu })
    key += TRY(file_sha256(file, directory_ / "digests")) + "\n";
  // The content counts, wherever it is.
  MachineConfig machine = spec.machine;
  machine.kernel.clear();
  machine.initrd.clear();
  const auto arguments = qemu_arguments(machine, Plumbing{});
  return sha256(key + machine.name + "\n" + join(arguments, "\n") + "\n" + spec.set_up_key);
}

Result<fs::path> GoldenStore::folder(const GoldenSpec &spec) const
{
  return directory_ / TRY(key_of(spec));
}

Result<Fd> GoldenStore::obtain(const GoldenSpec &spec)
{
  const std::string key = TRY(key_of(spec));
  const fs::path state = directory_ / key / "state";
  if (auto image = open_file(state, O_RDONLY))
    return image;

  const std::string &name = spec.machine.name;
  const FileLock lock = TRY(FileLock::take(directory_ / (name + ".lock")));
  if (auto image = open_file(state, O_RDONLY))
    return image; // somebody else was first

  const fs::path failed = directory_ / (name + ".failed");
  if (auto text = read_file(failed); text && text->starts_with(key + "\n")) {
    if (TRY(age_of(failed)) < failure_memory)
      return fail(text->substr(key.size() + 1) + " (as found a moment ago)");
  }

  const fs::path work = directory_ / (name + ".boot");
  TRY(remove_tree(work));
  if (auto built = build(spec, work); !built) {
    const std::string message = "no golden image of " + name + ": " + built.error().message;
    TRY(write_file(failed, key + "\n" + message));
    return fail(message);
  }
  TRY(remove_tree(failed));
  TRY(rename_file(work, directory_ / key));

  const fs::path note = directory_ / (name + ".key");
  if (auto old = read_file(note); old && *old != key && !old->empty())
    TRY(remove_tree(directory_ / *old));
  TRY(write_file(note, key));
  return open_file(state, O_RDONLY);
}

Result<void> GoldenStore::build(const GoldenSpec &spec, const fs::path &work)
{
  const auto machine = TRY(Machine::boot(spec.machine, work));
  Machine &guest = *machine;
  const std::string log = "; see " + guest.serial_log().string();

  if (auto done = spec.set_up(guest); !done) {
    // If the guest ended, that is the cause, and what set_up saw of it is not.
    TRY(guest.health());
    return fail(done.error().message + log);
  }
  guest.set_ready();
  // Also waits until the e1000 model, which holds frames for a second after a write to RCTL, lets
  // go.
  for (size_t nic = 0; nic < guest.nic_count(); nic++) {
    auto chatter = guest.wire(nic).until_sentinel(milliseconds(30000));
    if (!chatter)
      return fail(chatter.error().message + log);
  }

  const fs::path part = work / "state.part";
  const Fd file = TRY(open_file(part, O_WRONLY | O_CREAT | O_TRUNC));
  TRY(guest.save(file.get()));
  guest.kill();

  const auto splats = SplatFinder(spec.allowed_splats).find(TRY(read_file(guest.serial_log())));
  if (!splats.empty())
    return fail("the kernel complained while booting" + log + "\n" + describe(splats));
  return rename_file(part, work / "state");
}

Result<std::unique_ptr<Machine>> GoldenStore::fork(const GoldenSpec &spec, const fs::path &evidence,
                                                   const Plugin &plugin, const fs::path &gdb)
{
  TRY(make_directories(directory_));
  return Machine::restore(spec.machine, TRY(obtain(spec)), evidence, plugin, gdb);
}

} // namespace verdict
