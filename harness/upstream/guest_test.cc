// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/guest.h"

#include <gmock/gmock.h>

namespace verdict::upstream {

namespace {

TEST(UpstreamGuest, TellsOfAStatusThatNoCaseExplains)
{
  EXPECT_EQ(wrong_status("1..1\nok 1 a\n# exit status 0\n"), "");
  EXPECT_EQ(wrong_status("1..1\nnot ok 1 a\n# exit status 1\n"), "");
  EXPECT_EQ(wrong_status("1..1\nok 1 a\n# exit status 139\n"),
            "none of its cases failed, and it ended with status 139");
  EXPECT_EQ(wrong_status("1..1\nok 1 a # SKIP no yaml\n# exit status 4\n"),
            "none of its cases failed, and it ended with status 4");
}

} // namespace

} // namespace verdict::upstream
