// SPDX-License-Identifier: GPL-2.0-only
// verdict doctor: scripts/doctor, which also works where this is not built yet.
#include "tool/doctor.h"

#include "tool/become.h"

namespace verdict {

Subcommand add_doctor_command(CLI::App &app)
{
  app.add_subcommand("doctor", "What this machine lacks, and the cure");
  return [] { return become({ "scripts/doctor" }); };
}

} // namespace verdict
