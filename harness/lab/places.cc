// SPDX-License-Identifier: GPL-2.0-only
#include "lab/places.h"

#include <cstdlib>

#include "base/deadline.h"
#include "base/file.h"
#include "qemu/kernel_image.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

std::string environment(const char *name, const std::string &otherwise)
{
  const char *value = std::getenv(name);
  return value && *value ? value : otherwise;
}

/// VERDICT_KERNEL, if that is a name of out/kernel; "" otherwise.
std::string kernel_by_name()
{
  const std::string wanted = environment("VERDICT_KERNEL", "");
  return wanted.find('/') == wanted.npos ? wanted : "";
}

} // namespace

fs::path Places::run() const
{
  return out / (kernel_name.empty() ? "run" : "run-" + kernel_name);
}

Result<KernelProfile> chosen_kernel_profile()
{
  const std::string name = kernel_by_name();
  return load_kernel_profile(name.empty() ? "debian" : name);
}

Result<Places> Places::find()
{
  Places places;
  places.out = TRY(relative_path(program_directory().parent_path()));
  places.kernel_profile = TRY(chosen_kernel_profile());
  set_guest_slowness(places.kernel_profile.slowness);
  const fs::path cache =
      fs::path(environment("XDG_CACHE_HOME", environment("HOME", "") + "/.cache")) / "xdp-e1000";
  const auto chosen = read_file(cache / "release");
  if (!chosen)
    return fail("no kernel was chosen (" + chosen.error().message + "); run scripts/setup");
  const std::string release = chosen->substr(0, chosen->find('\n'));
  places.source = cache / "kernel" / release / "source";
  std::string image = kernel_by_name(); // below out/guest
  if (!image.empty()) {
    places.kernel_name = image;
    places.symbols = cache / "debug" / release / "build";
    places.kernel = places.out / "kernel" / image / "vmlinux";
    if (!file_exists(places.kernel))
      return fail(places.kernel.string() + " does not exist; run scripts/kernel");
  } else {
    image = release;
    places.release = release;
    places.symbols = places.out / "modules" / release;
    places.kernel = cache / "kernel" / image / "boot" / ("vmlinuz-" + image);
    if (const std::string file = environment("VERDICT_KERNEL", ""); !file.empty()) {
      places.kernel = file;
      places.kernel_name = places.kernel.filename();
      places.release.clear();
    }
  }
  places.initrd = environment("VERDICT_INITRD", places.out / "guest" / image / "initrd.cpio");
  if (!file_exists(places.initrd))
    return fail(places.initrd.string() + " does not exist; run scripts/guest-image");
  if (places.kernel.filename().string().starts_with("vmlinuz")) {
    TRY(make_directories(places.out / "golden"));
    places.kernel = TRY(vmlinux_of(places.kernel, places.out / "golden"));
  }
  return places;
}

} // namespace verdict
