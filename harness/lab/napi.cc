// SPDX-License-Identifier: GPL-2.0-only
#include "lab/napi.h"

namespace verdict {

Result<void> poll_by_timer(guest::Agent &agent, const std::string &ifname, milliseconds period,
                           unsigned empty_polls)
{
  const std::string knobs = "/sys/class/net/" + ifname + "/";
  const auto timeout = std::chrono::nanoseconds(period).count();
  TRY(agent.write(knobs + "gro_flush_timeout", std::to_string(timeout)));
  return agent.write(knobs + "napi_defer_hard_irqs", std::to_string(empty_polls));
}

Result<void> poll_by_interrupt(guest::Agent &agent, const std::string &ifname)
{
  return poll_by_timer(agent, ifname, milliseconds(0), 0);
}

} // namespace verdict
