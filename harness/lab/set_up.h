// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "guest/agent_client.h"
#include "lab/column.h"
#include "qemu/machine.h"

namespace verdict {

/// One thing that is done to a guest when it has booted. Golden images are told apart by the texts
/// of their steps, so a step that does something else needs another text; those that tell the agent
/// to do something have its arguments in theirs.
struct SetUpStep {
  std::string text;
  std::function<Result<void>(guest::Agent &, Machine &)> run;
};

/// What makes of a guest that has booted one that tests can begin with, in order.
std::vector<SetUpStep> set_up_steps(const Column &column);

} // namespace verdict
