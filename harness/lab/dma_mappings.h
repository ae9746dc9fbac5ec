// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// Whether the guest's kernel keeps a list of what is mapped for DMA: with CONFIG_DMA_API_DEBUG,
/// and until it lacks the memory for it (kernel/dma/debug.c).
bool lists_dma_mappings(guest::Agent &agent);

/// What a driver has mapped for DMA, a line each. Error: the kernel keeps no list.
Result<std::vector<std::string>> dma_mappings(guest::Agent &agent, const std::string &driver);

} // namespace verdict
