// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/until.h"

#include <thread>

namespace verdict {

Result<void> until(const std::string &what, const std::function<Result<bool>()> &holds,
                   milliseconds limit)
{
  const Deadline deadline(limit);
  while (!TRY(holds())) {
    if (deadline.expired())
      return fail("it did not come to pass in " + deadline.text() + ": " + what);
    std::this_thread::sleep_for(milliseconds(10));
  }
  return {};
}

} // namespace verdict
