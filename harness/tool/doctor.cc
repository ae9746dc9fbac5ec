// SPDX-License-Identifier: GPL-2.0-only
// verdict doctor: scripts/doctor, which also works where this is not built yet.
#include "tool/doctor.h"

#include <fmt/format.h>

#include "tool/become.h"

namespace verdict {

std::function<int()> add_doctor_command(CLI::App &app)
{
  app.add_subcommand("doctor", "What this machine lacks, and the cure");
  return [] {
    const auto error = become({ "scripts/doctor" }).error();
    fmt::print(stderr, "verdict doctor: {}\n", error.message);
    return 1;
  };
}

} // namespace verdict
