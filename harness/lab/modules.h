// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// A profile names a module "patched/e1000.ko", a file below the guest's /modules that the project
/// builds, or "virtio_net", a module of the kernel.
///
/// Loads one. Error: why not, and for a file what builds it.
Result<void> load_module(guest::Agent &agent, const std::string &module);

/// Unloads one.
Result<void> unload_module(guest::Agent &agent, const std::string &module);

} // namespace verdict
