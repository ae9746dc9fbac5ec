// SPDX-License-Identifier: GPL-2.0-only
#include "lab/boot.h"

namespace verdict {

Result<guest::Agent> boot_agent(Machine &machine, milliseconds timeout)
{
  guest::Agent agent(machine.take_agent_socket());
  if (auto answered = agent.ping(timeout); !answered) {
    machine.end_as_hang("the guest's agent does not answer: " + answered.error().message);
    TRY(machine.health());
    return tl::unexpected(answered.error());
  }
  return agent;
}

} // namespace verdict
