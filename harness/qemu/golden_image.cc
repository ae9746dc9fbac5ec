// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/golden_image.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds failure_memory{ 60 };

/// A program's path as the shell would find it.
Result<fs::path> find_program(const std::string &name)
{
  const char *path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const size_t end = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, end)) / name;
    if (::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return fail(name + " is not installed; run scripts/setup");
}

} // namespace

Result<std::string> GoldenStore::key_of(const GoldenSpec &spec) const
{
  auto qemu = find_program(qemu_program);
  if (!qemu)
    return tl::unexpected(qemu.error());
  std::string key;
  for (const fs::path &file : { spec.machine.kernel, spec.machine.initrd, *qemu }) {
    auto digest = file_sha256(file, directory_ / "digests");
    if (!digest)
      return tl::unexpected(digest.error());
    key += *digest + "\n";
  }
  const auto arguments = qemu_arguments(spec.machine, Plumbing{});
  return sha256(key + join(arguments, "\n") + "\n" + spec.set_up_key);
}

Result<fs::path> GoldenStore::folder(const GoldenSpec &spec) const
{
  return directory_ / TRY(key_of(spec));
}

Result<Fd> GoldenStore::obtain(const GoldenSpec &spec)
{
  auto key = key_of(spec);
  if (!key)
    return tl::unexpected(key.error());
  const fs::path state = directory_ / *key / "state";
  if (auto image = open_file(state, O_RDONLY))
    return image;

  const std::string &name = spec.machine.name;
  auto lock = FileLock::take(directory_ / (name + ".lock"));
  if (!lock)
    return tl::unexpected(lock.error());
  if (auto image = open_file(state, O_RDONLY))
    return image; // somebody else was first

  const fs::path failed = directory_ / (name + ".failed");
  if (auto text = read_file(failed); text && text->starts_with(*key + "\n")) {
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(failed);
    if (age < failure_memory)
      return fail(text->substr(key->size() + 1) + " (as found a moment ago)");
  }

  const fs::path work = directory_ / (name + ".boot");
  std::error_code ignored;
  fs::remove_all(work, ignored);
  if (auto built = build(spec, work); !built) {
    const std::string message = "no golden image of " + name + ": " + built.error().message;
    if (auto noted = write_file(failed, *key + "\n" + message); !noted)
      return tl::unexpected(noted.error());
    return fail(message);
  }
  fs::remove(failed, ignored);
  fs::rename(work, directory_ / *key);

  const fs::path note = directory_ / (name + ".key");
  if (auto old = read_file(note); old && *old != *key && !old->empty())
    fs::remove_all(directory_ / *old, ignored);
  if (auto noted = write_file(note, *key); !noted)
    return tl::unexpected(noted.error());
  return open_file(state, O_RDONLY);
}

Result<void> GoldenStore::build(const GoldenSpec &spec, const fs::path &work)
{
  auto machine = Machine::boot(spec.machine, work);
  if (!machine)
    return tl::unexpected(machine.error());
  Machine &guest = **machine;
  const std::string log = "; see " + guest.serial_log().string();

  if (auto done = spec.set_up(guest); !done) {
    // If the guest ended, that is the cause, and what set_up saw of it is not.
    if (auto healthy = guest.health(); !healthy)
      return healthy;
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
  auto file = open_file(part, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file)
    return tl::unexpected(file.error());
  if (auto saved = guest.save(file->get()); !saved)
    return saved;
  guest.kill();

  const auto splats = SplatFinder(spec.allowed_splats).find(TRY(read_file(guest.serial_log())));
  if (!splats.empty())
    return fail("the kernel complained while booting" + log + "\n" + describe(splats));
  fs::rename(part, work / "state");
  return {};
}

Result<std::unique_ptr<Machine>> GoldenStore::fork(const GoldenSpec &spec, const fs::path &evidence,
                                                   const Plugin &plugin, const fs::path &gdb)
{
  if (auto made = make_directories(directory_); !made)
    return tl::unexpected(made.error());
  auto image = obtain(spec);
  if (!image)
    return tl::unexpected(image.error());
  return Machine::restore(spec.machine, std::move(*image), evidence, plugin, gdb);
}

} // namespace verdict
