// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/evidence.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

TEST(Evidence, TellsHowToRunTheTestAgainWithTheSuiteThatRanIt)
{
  const TemporaryDirectory directory;
  ASSERT_OK_AND_ASSIGN(const Evidence evidence, Evidence::begin("A.B", directory.path() / "A.B",
                                                                "../out/harness/verdict_suite"));
  EXPECT_THAT(evidence.rerun(),
              testing::EndsWith("../out/harness/verdict_suite --gtest_filter=A.B"));
  ASSERT_OK_AND_ASSIGN(const std::string script, read_file(evidence.folder() / "repro.sh"));
  EXPECT_THAT(script, testing::HasSubstr("../out/harness/verdict_suite"));
}

} // namespace

} // namespace verdict
