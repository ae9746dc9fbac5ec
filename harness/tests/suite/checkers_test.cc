// SPDX-License-Identifier: GPL-2.0-only
// Whatever every test's end checks of its guest does fail when it should. One NIC is enough.
#include <gtest/gtest-spi.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/suite/fixture.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

} // namespace

class Checkers : public NicTest {
protected:
  /// What check_guest() has to say; none of it fails this test.
  std::vector<std::string> complaints_of_the_check()
  {
    testing::TestPartResultArray results;
    {
      testing::ScopedFakeTestPartResultReporter reporter(
          testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
      check_guest();
    }
    std::vector<std::string> said;
    for (int i = 0; i < results.size(); i++)
      said.push_back(results.GetTestPartResult(i).message());
    return said;
  }
};

TEST_P(Checkers, AGoodGuestPasses)
{
  EXPECT_THAT(complaints_of_the_check(), IsEmpty());
}

TEST_P(Checkers, ASplatIsNoticed)
{
  ASSERT_OK(agent().call("warn_log", { { "text", "BUG: made up by a test\n" } }));
  EXPECT_THAT(complaints_of_the_check(), ElementsAre(HasSubstr("BUG: made up by a test")));
  allow_in_log("BUG: made up by a test", "it is");
}

TEST_P(Checkers, AGuestThatDoesNotAnswerIsEndedWithItsPlace)
{
  // The agent waits for a datagram that never comes.
  ASSERT_OK_AND_ASSIGN(const int socket, agent().udp_open("0.0.0.0", 9));
  const auto received =
      agent().call("udp_recv", { { "sock", socket }, { "timeout_ms", 1000000 } }, milliseconds(50));
  ASSERT_FALSE(received);
  const auto said = complaints_of_the_check();
  EXPECT_EQ(machine().standing().ending, Ending::hang);
  ASSERT_THAT(said, testing::SizeIs(2));
  EXPECT_THAT(said[0], HasSubstr("hang: the agent does not answer (agent: ping: no answer in"));
  EXPECT_THAT(said[0], HasSubstr("CPU 0 "));
  EXPECT_THAT(said[0], HasSubstr("an NMI ended it: Kernel panic - not syncing: NMI"));
  EXPECT_THAT(said[1], HasSubstr("Kernel panic - not syncing: NMI: Not continuing"));
  give_up_guest();
}

TEST_P(Checkers, AGuestThatEndedIsNoticed)
{
  EXPECT_FALSE(agent().call("poweroff", {}, milliseconds(20000)));
  EXPECT_THAT(complaints_of_the_check(), ElementsAre(HasSubstr("clean: the guest powered off")));
  give_up_guest();
}

TEST_P(Checkers, APanicIsNoticedWithItsFunction)
{
  EXPECT_FALSE(agent().call("panic", {}, milliseconds(20000)));
  EXPECT_THAT(
      complaints_of_the_check(),
      ElementsAre(AllOf(HasSubstr("panic: Kernel panic - not syncing: sysrq triggered crash"),
                        HasSubstr("in sysrq_handle_crash < ")),
                  HasSubstr("in sysrq_handle_crash+")));
  give_up_guest();
}

TEST_P(Checkers, ALogThatCannotBeReadIsNoticed)
{
  std::filesystem::rename(machine().serial_log(), evidence() / "elsewhere.log");
  EXPECT_THAT(complaints_of_the_check(),
              ElementsAre(AllOf(HasSubstr("nobody knows whether the guest's kernel"),
                                HasSubstr("serial.log: No such file"))));
  EXPECT_NONFATAL_FAILURE(serial_log(), "No such file");
  std::filesystem::rename(evidence() / "elsewhere.log", machine().serial_log());
}

TEST_P(Checkers, ATimeThatIsOverEndsWaitsOnWireAndForTheGuest)
{
  ASSERT_OK_AND_ASSIGN(const int socket, agent().udp_open("0.0.0.0", 9));
  set_time_limit(milliseconds(1000));
  const auto frame = wire().receive(milliseconds(60000));
  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().message, HasSubstr("the test's time of 1 s is over"));

  // The agent waits for a datagram that does not come.
  const auto answer = agent().call("udp_recv", { { "sock", socket }, { "timeout_ms", 2000 } });
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("the test's time of 1 s is over"));

  const std::string where = lift_time_limit();
  EXPECT_THAT(where, HasSubstr("harness/wire/wire.cc:"));
  EXPECT_THAT(where, HasSubstr("harness/tests/suite/checkers_test.cc:"));
  EXPECT_OK(agent().ping());
}

VERDICT_ON_NICS_OF(checkers, Checkers);

} // namespace verdict
