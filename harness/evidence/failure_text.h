// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace verdict {

/// What there is to say of a failed test.
struct FailureStory {
  std::string test;                ///< "Nic/Tx.EverySizeComesBack/e1000_82540em"
  std::vector<std::string> said;   ///< each failure as GoogleTest has it, "file:line: text"
  std::string guest;               ///< how the guest stands, or how it ended
  std::string overdue;             ///< where the test was when its time was over; "" if it was not
  std::string rerun;               ///< the command
  std::vector<std::string> folder; ///< what else is beside it: "state.json: ..."
};

/// failure.txt, for people.
std::string failure_text(const FailureStory &story);

} // namespace verdict
