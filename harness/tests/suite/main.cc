// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/deadline.h"
#include "tests/suite/columns.h"

namespace {

int complain(const std::string &what)
{
  fmt::print(stderr, "verdict_suite: {}\n", what);
  return 2;
}

} // namespace

int main(int argc, char **argv)
{
  if (const auto patience = verdict::chosen_patience(); !patience)
    return complain(patience.error().message);
  // The profiles say which tests there are.
  if (const auto loaded = verdict::load_profiles(); !loaded)
    return complain(loaded.error().message);
  testing::InitGoogleMock(&argc, argv);
  // As ctest has it: of what gtest_discover_tests() passes on, the environment takes one variable.
  constexpr std::string_view time_limit = "--time-limit=";
  for (int i = 1; i < argc; i++) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(time_limit))
      return complain("unknown argument " + std::string(argument) +
                      "; there are GoogleTest's (--help) and --time-limit=SECONDS, as "
                      "VERDICT_TIME_LIMIT in the environment");
    ::setenv("VERDICT_TIME_LIMIT", argv[i] + time_limit.size(), 1);
  }
  if (const auto limit = verdict::chosen_time_limit(); !limit)
    return complain(limit.error().message);

  const int result = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0 &&
      !testing::GTEST_FLAG(list_tests)) {
    fmt::print(stderr, "verdict_suite: no test fits the filter {}; --gtest_list_tests lists all\n",
               testing::GTEST_FLAG(filter));
    return 1;
  }
  return result;
}
