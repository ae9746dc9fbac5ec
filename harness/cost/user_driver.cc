// SPDX-License-Identifier: GPL-2.0-only
#include "cost/user_driver.h"

#include <thread>

#include "base/deadline.h"

namespace verdict::cost {

Result<uint64_t> until_it_receives(Machine &machine, const Frame &frame, milliseconds timeout,
                                   const FindPoll &find_poll)
{
  constexpr milliseconds look_interval{ 100 };
  constexpr int enough_looks = 10;
  const Deadline deadline(timeout);
  uint64_t poll = 0;
  for (int looks = 0; !deadline.expired(); looks++) {
    TRY(machine.wire(0).offer({ &frame, 1 }));
    std::this_thread::sleep_for(look_interval);
    const uint64_t found = TRY(find_poll());
    if (!found || found != poll || TRY(machine.wire(0).unread()) > 0)
      looks = 0;
    poll = found;
    if (looks == enough_looks)
      return poll;
  }
  return fail("it did not receive in " + deadline.text());
}

} // namespace verdict::cost
