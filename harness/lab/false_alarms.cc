// SPDX-License-Identifier: GPL-2.0-only
#include "lab/false_alarms.h"

namespace verdict {

const std::vector<SplatFinder::Rule> &false_alarms()
{
  static const std::vector<SplatFinder::Rule> rules{
    { "DMA-API: (preallocated|debugging enabled)", "it says that it is on" },
    { "WARNING: .* at (net/core/dev.c:\\d+ )?netdev_upper_get_next_dev_rcu",
      "a broadcast through a devmap: lockdep does not know that a NAPI poll is a reader of RCU; "
      "upstream's 39feb171f361 tells it" },
  };
  return rules;
}

} // namespace verdict
