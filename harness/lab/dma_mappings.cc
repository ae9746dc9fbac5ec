// SPDX-License-Identifier: GPL-2.0-only
#include "lab/dma_mappings.h"

#include "base/text.h"

namespace verdict {

namespace {

const std::string dma_debug = "/sys/kernel/debug/dma-api/";

} // namespace

bool lists_dma_mappings(guest::Agent &agent)
{
  return agent.read(dma_debug + "disabled") == "N\n";
}

Result<std::vector<std::string>> dma_mappings(guest::Agent &agent, const std::string &driver)
{
  const std::string all = TRY(agent.read(dma_debug + "dump"));
  std::vector<std::string> mappings;
  for (const std::string &line : split_lines(all)) {
    if (line.starts_with(driver + " "))
      mappings.push_back(line);
  }
  return mappings;
}

} // namespace verdict
