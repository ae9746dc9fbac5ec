// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/failure_text.h"

#include <gtest/gtest.h>

#include "tests/golden.h"

namespace verdict {

namespace {

TEST(FailureText, TellsTheStory)
{
  expect_golden("failure_text",
                failure_text({ .test = "Nic/Tx.FramesComeBack/e1000_82540em",
                               .said = { "harness/tests/suite/tx_test.cc:33: Value of: back\n"
                                         "Expected: are the 100 expected frames, in order\n"
                                         "  Actual: which are 30 instead of 100",
                                         "harness/tests/suite/fixture.cc:9: the guest's kernel "
                                         "complained" },
                               .guest = "running",
                               .rerun = "VERDICT_KERNEL=debug out/harness/verdict_suite "
                                        "--gtest_filter=Nic/Tx.FramesComeBack/e1000_82540em",
                               .folder = { "state.json   registers and counters" } }));
}

TEST(FailureText, TellsWhereATestWasWhoseTimeWasOver)
{
  expect_golden("failure_text_overdue",
                failure_text({ .test = "Nic/Tx.FramesComeBack/e1000_82540em",
                               .said = {},
                               .guest = "hang: the agent does not answer",
                               .overdue = "harness/wire/wire.cc:230 in verdict::Wire::receive()\n"
                                          "harness/tests/suite/tx_test.cc:33 in TestBody()",
                               .rerun = "out/harness/verdict_suite --gtest_filter=X",
                               .folder = {} }));
}

} // namespace

} // namespace verdict
