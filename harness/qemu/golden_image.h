// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "qemu/machine.h"
#include "qemu/splat_finder.h"

namespace verdict {

/// A machine as every test is to find it.
struct GoldenSpec {
  MachineConfig machine; ///< its name is the image's; one image is kept for each name
  /// Prepares the booted guest; all its NICs must answer ICMP echo afterwards.
  std::function<Result<void>(Machine &)> set_up;
  /// What set_up does, as text: another key makes another image.
  std::string set_up_key;
  std::vector<SplatFinder::Rule> allowed_splats;
};

/// Boots each machine once and keeps its state, so that a test gets a fresh one in about 0.1 s.
/// In its directory: <key>/ with the image "state" and the evidence of its boot, where the key is
/// made from the content of kernel, initrd and QEMU, the name, QEMU's arguments but for paths, and
/// set_up_key; for each profile NAME.key, NAME.lock and, after a failure, NAME.failed with the
/// evidence in NAME.boot/.
class GoldenStore {
public:
  explicit GoldenStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// A fresh machine. The first call for a key boots and saves, which takes seconds; other
  /// processes wait for that. A boot that failed is not tried again for a minute, as other tests
  /// would only fail the same way. Errors: no boot, a splat while booting, a NIC that does not
  /// answer; all name the log. A plugin watches the machine that
  /// is returned, not the boot. With a path in `gdb` the machine does not run yet, and QEMU
  /// serves gdb on a Unix socket there.
  Result<std::unique_ptr<Machine>> fork(const GoldenSpec &spec,
                                        const std::filesystem::path &evidence,
                                        const Plugin &plugin = {},
                                        const std::filesystem::path &gdb = {});

  /// Where the image of a machine is, or would be, with what the set-up has left there.
  Result<std::filesystem::path> folder(const GoldenSpec &spec) const;

private:
  Result<std::string> key_of(const GoldenSpec &spec) const;
  Result<Fd> obtain(const GoldenSpec &spec);
  Result<void> build(const GoldenSpec &spec, const std::filesystem::path &work);

  std::filesystem::path directory_;
};

} // namespace verdict
