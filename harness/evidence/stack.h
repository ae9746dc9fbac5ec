// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <pthread.h>

#include <string>
#include <vector>

namespace verdict {

/// Gets stack_of() ready. To be called once before, and not from a signal handler.
void prepare_stacks();

/// Where a thread of this process is: return addresses, the innermost first. It is interrupted by
/// SIGUSR2. Empty if it does not take the signal within a second.
std::vector<void *> stack_of(pthread_t thread);

/// The harness's own functions among these addresses, a line each:
/// "harness/wire/wire.cc:230 in verdict::Wire::receive(...)". Takes about a second (addr2line). If
/// there are none, one line that says why.
std::vector<std::string> describe_stack(const std::vector<void *> &stack);

} // namespace verdict
