// SPDX-License-Identifier: GPL-2.0-only
#include "lab/modules.h"

#include <filesystem>

namespace verdict {

Result<void> load_module(guest::Agent &agent, const std::string &module)
{
  if (module.find('/') == module.npos)
    return agent.modprobe(module);
  if (auto loaded = agent.insmod(module); !loaded)
    return fail(module + " cannot be loaded: " + loaded.error().message +
                " (run make modules, then scripts/guest-image)");
  return {};
}

Result<void> unload_module(guest::Agent &agent, const std::string &module)
{
  return agent.rmmod(std::filesystem::path(module).stem());
}

} // namespace verdict
