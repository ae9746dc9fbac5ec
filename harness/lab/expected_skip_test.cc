// SPDX-License-Identifier: GPL-2.0-only
#include "lab/expected_skip.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict {

namespace {

TEST(ExpectedSkip, IsOneThatAProfileGivesAReasonFor)
{
  ASSERT_OK_AND_ASSIGN(const SkipReasons reasons, SkipReasons::load());
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("stable"));
  ASSERT_OK_AND_ASSIGN(const Column virtio, find_column(columns, "virtio_net"));
  const std::string cannot_pad = virtio.nics.front().cannot.at(Can::pad);
  EXPECT_TRUE(reasons.expect("Nic/Tx.AFrameCutShortIsPaddedWithZeros/virtio_net", cannot_pad));
  EXPECT_FALSE(reasons.expect("Nic/Tx.AFrameCutShortIsPaddedWithZeros/e1000_82540em", cannot_pad))
      << "another column's reason";
  EXPECT_FALSE(reasons.expect("Nic/Tx.AFrameCutShortIsPaddedWithZeros/virtio_net", "it is hard"));
  EXPECT_FALSE(reasons.expect("Nic/Tx.AFrameCutShortIsPaddedWithZeros/gone", cannot_pad));
  EXPECT_FALSE(reasons.expect("Qemu.Starts", cannot_pad));
}

TEST(ExpectedSkip, MayBeTheKernelsOwn)
{
  ASSERT_OK_AND_ASSIGN(const SkipReasons reasons, SkipReasons::load());
  ASSERT_OK_AND_ASSIGN(const KernelProfile stable, load_kernel_profile("stable"));
  const std::string no_kunit = stable.cannot.at(KernelCan::run_kunit);
  EXPECT_TRUE(reasons.expect("Nic/KUnit.XdpRing/e1000_82540em", no_kunit));
  for (const char *kind : { ".debug", ".storm", ".next-debug", ".next-storm", ".arm64", ".gone" })
    EXPECT_FALSE(reasons.expect(std::string("Nic/KUnit.XdpRing/e1000_82540em") + kind, no_kunit))
        << kind;
}

TEST(ExpectedSkip, MayBeForBudgetsOfAnotherRelease)
{
  ASSERT_OK_AND_ASSIGN(const SkipReasons reasons, SkipReasons::load());
  EXPECT_TRUE(reasons.expect("Cost.Budgets", "the budgets in budgets.json are of kernel 1"));
  EXPECT_FALSE(reasons.expect("Cost.Budgets", "this QEMU does not take the plugin that counts"));
  EXPECT_FALSE(reasons.expect("Mutants.AreKilled", "the budgets in budgets.json are of kernel 1"));
}

TEST(ExpectedSkip, MayBeForWhatTheDriverLacksOnThatKernel)
{
  ASSERT_OK_AND_ASSIGN(const SkipReasons reasons, SkipReasons::load());
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("next"));
  ASSERT_OK_AND_ASSIGN(const Column virtio, find_column(columns, "virtio_net"));
  const std::string keeps_pool = virtio.nics.front().cannot.at(Can::free_pool);
  const std::string test = "Nic/Lifecycle.DownFreesThePool/virtio_net";
  for (const char *kind : { ".next", ".next-debug", ".next-storm" })
    EXPECT_TRUE(reasons.expect(test + kind, keeps_pool)) << kind;
  for (const char *kind : { "", ".debug", ".storm" })
    EXPECT_FALSE(reasons.expect(test + kind, keeps_pool)) << kind;
}

} // namespace

} // namespace verdict
