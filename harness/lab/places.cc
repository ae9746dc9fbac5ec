// SPDX-License-Identifier: GPL-2.0-only
#include "lab/places.h"

#include <cstdlib>

#include "base/deadline.h"
#include "base/environment.h"
#include "base/file.h"
#include "qemu/kernel_image.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr const char *default_kernel = "stable";

/// VERDICT_KERNEL, if that is the file of a kernel; "" otherwise.
std::string kernel_file()
{
  const std::string wanted = variable("VERDICT_KERNEL");
  return wanted.find('/') == wanted.npos ? "" : wanted;
}

/// The release that scripts/setup has chosen for a kernel: a link in the cache.
Result<std::string> release_of(const std::string &kernel, const fs::path &cache)
{
  std::error_code error;
  const fs::path release = fs::read_symlink(cache / "kernel" / kernel, error);
  if (error)
    return fail("no kernel " + kernel + " was chosen; run scripts/setup with KERNEL=" + kernel);
  return release.string();
}

/// What builds the guests of a kernel, and the kernel itself if it is ours.
std::string build_command(const KernelProfile &profile)
{
  if (profile.name == "arm64")
    return "make arm64";
  return (profile.ours ? "make debug-guest KERNEL=" : "make guest KERNEL=") + profile.kernel;
}

} // namespace

fs::path Places::run() const
{
  return out / (kernel_name.empty() ? "run" : "run-" + kernel_name);
}

Result<fs::path> out_directory()
{
  return relative_path(program_directory().parent_path());
}

Result<KernelProfile> chosen_kernel_profile()
{
  return load_kernel_profile(kernel_file().empty() ? variable("VERDICT_KERNEL", default_kernel)
                                                   : default_kernel);
}

Result<Places> Places::find()
{
  Places places;
  places.out = TRY(out_directory());
  places.kernel_profile = TRY(chosen_kernel_profile());
  const KernelProfile &profile = places.kernel_profile;
  set_guest_slowness(profile.slowness);
  const fs::path cache =
      fs::path(variable("XDG_CACHE_HOME", variable("HOME") + "/.cache")) / "xdp-e1000";
  const std::string release = TRY(release_of(profile.kernel, cache));
  const bool is_default = profile.kernel == default_kernel;
  if (profile.name != default_kernel)
    places.kernel_name = profile.name;
  places.source = cache / "kernel" / release / "source";
  places.tree = places.out / (is_default ? "tree" : profile.kernel + "-tree");
  std::string image; // below out/guest
  if (profile.ours) {
    image = profile.name;
    const fs::path built = places.out / "kernel" / image;
    places.symbols = built / "build";
    places.kernel = built / profile.architecture.kernel_file;
    if (!file_exists(places.kernel))
      return fail(places.kernel.string() + " does not exist; " + build_command(profile) +
                  " builds it");
  } else {
    image = release;
    places.release = release;
    places.symbols = places.out / "modules" / release;
    places.kernel = cache / "kernel" / image / "boot" / ("vmlinuz-" + image);
    if (const std::string file = kernel_file(); !file.empty()) {
      places.kernel = file;
      places.kernel_name = places.kernel.filename();
      places.release.clear();
    }
  }
  places.initrd = variable("VERDICT_INITRD", places.out / "guest" / image / "initrd.cpio");
  if (!file_exists(places.initrd))
    return fail(places.initrd.string() + " does not exist; " + build_command(profile) +
                " builds it");
  if (places.kernel.filename().string().starts_with("vmlinuz")) {
    TRY(make_directories(places.out / "golden"));
    places.kernel = TRY(vmlinux_of(places.kernel, places.out / "golden"));
  }
  return places;
}

} // namespace verdict
