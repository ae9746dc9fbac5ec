// SPDX-License-Identifier: GPL-2.0-only
// On what the suite's tests run, and what they may be skipped for.
#pragma once

#include <string>
#include <vector>

#include "lab/column.h"
#include "lab/kernel_profile.h"

namespace verdict {

/// Reads the profiles, for everything below. To be called before GoogleTest is initialised. Error:
/// what is wrong with a profile.
Result<void> load_profiles();

/// The columns that a suite runs on, in the matrix's order.
std::vector<Column> columns_of(Suite suite);

/// The kernel that the guests run.
const KernelProfile &kernel();

/// Runs a suite of NicTests on the columns of a Suite; the matrix has a "-" elsewhere.
#define VERDICT_ON_NICS_OF(kind, suite)                                                            \
  INSTANTIATE_TEST_SUITE_P(Nic, suite,                                                             \
                           testing::ValuesIn(verdict::columns_of(verdict::Suite::kind)),           \
                           [](const auto &info) { return info.param.test_name(); })

/// Whether a test that is to be skipped is run all the same: VERDICT_TRY_SKIPS is set.
bool tries_skips();

/// Skips the rest of a test unless the driver under test and its device can do something. This and
/// REQUIRE_KERNEL are the only skips: the profile gives the reason, and the matrix fails any other.
#define REQUIRE(capability)                                                                        \
  do {                                                                                             \
    if (const auto &nic_ = column().nics.front();                                                  \
        !nic_.can(verdict::Can::capability) && !verdict::tries_skips())                            \
      GTEST_SKIP() << nic_.cannot.at(verdict::Can::capability);                                    \
  } while (false)

/// Skips the rest of a test unless the guest's kernel can do something.
#define REQUIRE_KERNEL(capability)                                                                 \
  do {                                                                                             \
    if (!verdict::kernel().can(verdict::KernelCan::capability))                                    \
      GTEST_SKIP() << verdict::kernel().cannot.at(verdict::KernelCan::capability);                 \
  } while (false)

} // namespace verdict
