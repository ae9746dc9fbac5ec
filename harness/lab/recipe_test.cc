// SPDX-License-Identifier: GPL-2.0-only
#include "lab/recipe.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

TEST(GoldenSpec, HasOfOlderOptionsThoseThatQemuKnows)
{
  const TemporaryDirectory out;
  const Column column{ .name = "of a test",
                       .nics = { { .device = { .model = "e1000", .options = "multifunction=off" },
                                   .older_options = { "no_such=off", "romfile=" } },
                                 { .device = { .model = "vmxnet3" } } } };
  ASSERT_OK_AND_ASSIGN(const GoldenSpec spec, golden_spec(column, { .out = out.path() }));
  ASSERT_EQ(spec.machine.nics.size(), 2u);
  EXPECT_EQ(spec.machine.nics[0].options, "multifunction=off,romfile=");
  EXPECT_EQ(spec.machine.nics[1].options, "");
}

} // namespace

} // namespace verdict
