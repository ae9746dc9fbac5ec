// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/alarm.h"

#include <gmock/gmock.h>

#include "evidence/stack.h"

namespace verdict {

namespace {

using testing::Contains;
using testing::HasSubstr;

void no_resort(const std::string &)
{
  ADD_FAILURE() << "nobody was to be called";
}

/// What a test does that waits for something: it looks at the alarm now and then.
[[gnu::noinline]] void wait_for_the_alarm(const Alarm &alarm)
{
  while (alarm.check())
    std::this_thread::sleep_for(milliseconds(1));
}

TEST(Alarm, IsSilentBeforeItsTime)
{
  Alarm alarm(milliseconds(60000), milliseconds(0), no_resort);
  EXPECT_TRUE(alarm.check());
  EXPECT_EQ(alarm.stop(), "");
}

TEST(Alarm, SaysWhereTheTestWas)
{
  Alarm alarm(milliseconds(1000), milliseconds(60000), no_resort);
  wait_for_the_alarm(alarm);
  const auto over = alarm.check();
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().message, "the test's time of 1 s is over");
  const std::string where = alarm.stop();
  EXPECT_THAT(where, HasSubstr("harness/evidence/alarm_test.cc:"));
  EXPECT_THAT(where, HasSubstr("wait_for_the_alarm"));
  EXPECT_THAT(where, HasSubstr("SaysWhereTheTestWas"));
  EXPECT_TRUE(alarm.check()) << "after its end nothing is over";
}

// The handler of a test that never looks at its alarm has to leave.
TEST(AlarmDeathTest, LeavesATestThatDoesNotNotice)
{
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Alarm alarm(milliseconds(10), milliseconds(10), [](const std::string &where) {
          std::fprintf(stderr, "it was at %s\n", where.c_str());
          std::_Exit(3);
        });
        for (volatile bool on = true; on;)
          ;
      },
      testing::ExitedWithCode(3), "it was at (.|\n)*LeavesATestThatDoesNotNotice");
}

TEST(Stack, WithoutAddressesSaysWhy)
{
  EXPECT_THAT(describe_stack({}), Contains(HasSubstr("nobody knows where it was")));
}

} // namespace

} // namespace verdict
