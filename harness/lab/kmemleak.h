// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// Whether the guest's kernel can look for memory that it has lost.
bool has_kmemleak(guest::Agent &agent);

/// What kmemleak finds in the guest; empty if nothing, or if the guest's kernel has no kmemleak.
/// It does not report what is younger than five seconds, so this waits for that long.
Result<std::string> find_leaks(guest::Agent &agent);

/// What the kernel has lost up to now is not found again. Does nothing without kmemleak.
Result<void> forget_leaks(guest::Agent &agent);

} // namespace verdict
