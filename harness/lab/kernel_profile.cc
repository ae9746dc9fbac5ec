// SPDX-License-Identifier: GPL-2.0-only
#include "lab/kernel_profile.h"

#include <array>

#include "base/file.h"
#include "lab/fields.h"

namespace verdict {

namespace {

constexpr std::array architecture_names{
  Named<const Architecture *>{ &x86_64, "x86_64" },
  Named<const Architecture *>{ &arm64, "arm64" },
};

} // namespace

Result<KernelProfile> load_kernel_profile(const std::string &name, const std::string &directory)
{
  const std::string path = directory + "/" + name + ".json";
  if (!file_exists(path))
    return fail("there is no kernel " + name + ": " + directory +
                " has one file for each (is this the project's top?)");
  auto fields = TRY(Fields::of(TRY(read_json(path)), path));
  const KernelProfile profile{
    .name = name,
    .kernel = TRY(fields.get<std::string>("kernel")),
    .ours = TRY(fields.get<bool>("ours")),
    .architecture = *TRY(fields.named("architecture", architecture_names)),
    .slowness = TRY(fields.get<unsigned>("slowness")),
    .memory_mib = TRY(fields.get<unsigned>("memory_mib")),
    .chipset = TRY(fields.get<std::string>("chipset")),
    .cannot = TRY(fields.texts_by_name("cannot", kernel_can_names)),
  };
  TRY(fields.done());
  return profile;
}

} // namespace verdict
