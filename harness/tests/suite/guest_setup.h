// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>

#include "base/result.h"
#include "guest/agent_client.h"
#include "qemu/golden_image.h"
#include "tests/suite/column.h"

namespace verdict {

/// Where a run takes its parts from and puts its things. The kernel is the one that scripts/setup
/// has chosen, the image what scripts/guest-image makes of it; VERDICT_KERNEL and VERDICT_INITRD
/// name others.
struct Places {
  std::filesystem::path out;    ///< "out", from the project's top
  std::filesystem::path kernel; ///< bzImage or vmlinux
  std::filesystem::path initrd;

  static Result<Places> find();
};

/// Tells the guest where the harness is, so that it never asks.
Result<void> add_neighbour(guest::Agent &agent, unsigned nic, const std::string &ifname);

/// How a column's guest is made.
Result<GoldenSpec> golden_spec(const Column &column, const Places &places);

} // namespace verdict
