// SPDX-License-Identifier: GPL-2.0-only
#include "tests/golden.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"

namespace verdict {

void expect_golden(const std::string &name, const std::string &text)
{
  const std::string path = "harness/tests/golden/" + name + ".txt";
  if (std::getenv("VERDICT_REWRITE_GOLDEN")) {
    const auto written = write_file(path, text);
    ASSERT_TRUE(written) << written.error().message;
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected) << expected.error().message << " (tests run in the project's top directory;"
                        << " VERDICT_REWRITE_GOLDEN=1 writes the file)";
  EXPECT_EQ(text, *expected) << "is not what " << path
                             << " holds; VERDICT_REWRITE_GOLDEN=1 rewrites it";
}

} // namespace verdict
