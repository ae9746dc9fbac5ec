// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "base/deadline.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/gtest_result.h"
#include "base/line_socket.h"
#include "base/process.h"
#include "base/text.h"
#include "tests/environment.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Text, SplitsLines)
{
  EXPECT_THAT(split_lines(""), ElementsAre());
  EXPECT_THAT(split_lines("a\n\nb\r\nc"), ElementsAre("a", "", "b", "c"));
  EXPECT_THAT(split_lines("a\n"), ElementsAre("a"));
}

TEST(Text, CountsNouns)
{
  EXPECT_EQ(count_of(0, "frame"), "0 frames");
  EXPECT_EQ(count_of(1, "frame"), "1 frame");
}

TEST(Text, QuotesWordsForTheShell)
{
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a $b"), "'a $b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

// FIPS 180-2, appendix B.1.
TEST(Digest, IsThatOfTheStandardsExample)
{
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfAFileFollowsItsContent)
{
  const TemporaryDirectory directory;
  const auto file = directory.path() / "file", memory = directory.path() / "digests";
  ASSERT_OK(write_file(file, "abc"));
  ASSERT_OK_AND_ASSIGN(const auto first, file_sha256(file, memory));
  EXPECT_EQ(first, sha256("abc"));
  ASSERT_OK_AND_ASSIGN(const auto again, file_sha256(file, memory));
  EXPECT_EQ(again, first);
  ASSERT_OK(write_file(file, "xyz"));
  ASSERT_OK_AND_ASSIGN(const auto second, file_sha256(file, memory));
  EXPECT_EQ(second, sha256("xyz"));
}

TEST(File, ErrorsNameThePath)
{
  EXPECT_THAT(read_file("/nonexistent").error().message, HasSubstr("/nonexistent"));
  EXPECT_THAT(write_file("/nonexistent/x", "").error().message, HasSubstr("/nonexistent/x"));
  EXPECT_THAT(rename_file("/nonexistent", "/tmp").error().message,
              HasSubstr("rename /nonexistent to /tmp"));
  EXPECT_THAT(remove_tree("/proc/self/status").error().message, HasSubstr("/proc/self/status"));
}

TEST(File, RemovesATree)
{
  const TemporaryDirectory directory;
  const auto folder = directory.path() / "folder";
  ASSERT_OK(make_directories(folder / "below"));
  ASSERT_OK(write_file(folder / "below" / "file", "text"));
  ASSERT_OK(remove_tree(folder));
  EXPECT_FALSE(file_exists(folder));
  EXPECT_OK(remove_tree(folder)); // there is nothing to remove
}

TEST(Child, GetsItsDescriptorsUnderTheirNumbers)
{
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  ASSERT_OK_AND_ASSIGN(auto child,
                       Child::spawn({ .arguments = { "bash", "-c", "echo 'it works' >&77" },
                                      .descriptors = { { writer.get(), 77 } } }));
  writer.reset();
  EXPECT_EQ(child.wait(Deadline(milliseconds(10000))), "exit status 0");
  EXPECT_TRUE(child.exited_well());
  char text[16] = {};
  EXPECT_EQ(::read(reader.get(), text, sizeof(text)), 9);
  EXPECT_STREQ(text, "it works\n");
}

TEST(Child, SaysHowItEnded)
{
  ASSERT_OK_AND_ASSIGN(auto failing, Child::spawn({ .arguments = { "sh", "-c", "exit 3" } }));
  EXPECT_EQ(failing.wait(Deadline(milliseconds(10000))), "exit status 3");
  ASSERT_OK_AND_ASSIGN(auto killed, Child::spawn({ .arguments = { "sh", "-c", "kill -9 $$" } }));
  EXPECT_EQ(killed.wait(Deadline(milliseconds(10000))), "signal 9");
  ASSERT_OK_AND_ASSIGN(auto missing, Child::spawn({ .arguments = { "no-such-program" } }));
  EXPECT_EQ(missing.wait(Deadline(milliseconds(10000))), "exit status 127");
}

TEST(OutputOf, IsWhatACommandSays)
{
  ASSERT_OK_AND_ASSIGN(const std::string said,
                       output_of({ "sh", "-c", "echo one; echo two" }, milliseconds(10000)));
  EXPECT_EQ(said, "one\ntwo\n");
}

TEST(OutputOf, ACommandThatFailsSaysWhy)
{
  const auto failing = output_of({ "sh", "-c", "echo cause >&2; exit 3" }, milliseconds(10000));
  ASSERT_FALSE(failing);
  EXPECT_EQ(failing.error().message, "sh failed (exit status 3): cause\n");
  const auto endless = output_of({ "sleep", "1000" }, milliseconds(20));
  ASSERT_FALSE(endless);
  EXPECT_THAT(endless.error().message, testing::MatchesRegex("sleep does not end in [0-9]+ ms"));
}

TEST(Fd, IsClosedWhenAnotherTakesItsPlace)
{
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const Fd reader(ends[0]);
  Fd writer(ends[1]), other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  writer = std::move(other);
  char text[1];
  EXPECT_EQ(::read(reader.get(), text, sizeof(text)), 0) << "somebody still has the other end";
}

TEST(FileLock, AFolderIsHadByOne)
{
  const TemporaryDirectory directory;
  const auto folder = directory.path() / "folder";
  {
    ASSERT_OK_AND_ASSIGN(const auto first, FileLock::take_folder(folder));
    EXPECT_TRUE(first);
    ASSERT_OK_AND_ASSIGN(const auto second, FileLock::take_folder(folder));
    EXPECT_FALSE(second);
    ASSERT_OK(remove_tree(folder));
    ASSERT_OK_AND_ASSIGN(const auto anew, FileLock::take_folder(folder));
    EXPECT_TRUE(anew);
  }
  ASSERT_OK_AND_ASSIGN(const auto later, FileLock::take_folder(folder));
  EXPECT_TRUE(later);
}

TEST(LineSocket, TakesLinesApart)
{
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  LineSocket lines{ Fd(ends[0]) };
  Fd other(ends[1]);
  EXPECT_FALSE(lines.wait(POLLIN, Deadline(milliseconds(0))));
  ASSERT_EQ(::send(other.get(), "one\r\ntwo\nthr", 12, 0), 12);
  EXPECT_TRUE(lines.wait(POLLIN, Deadline(milliseconds(0))));
  ASSERT_OK(lines.receive());
  EXPECT_EQ(lines.next_line(), "one");
  EXPECT_EQ(lines.next_line(), "two");
  EXPECT_EQ(lines.next_line(), std::nullopt);
  EXPECT_FALSE(lines.closed());
  ASSERT_EQ(::send(other.get(), "ee\n", 3, 0), 3);
  other.reset();
  ASSERT_OK(lines.receive());
  EXPECT_EQ(lines.next_line(), "three") << "what was said before the end";
  EXPECT_TRUE(lines.closed());
}

TEST(Deadline, IsScaledByPatienceAndSlowness)
{
  const Environment no_gdb("VERDICT_GDB", nullptr), patient("VERDICT_PATIENCE", "2");
  // So slow that the machine's load does not count.
  set_guest_slowness(10000);
  EXPECT_EQ(scaled(milliseconds(3)), milliseconds(60000));
  {
    const Environment impatient("VERDICT_PATIENCE", "0.5");
    EXPECT_EQ(scaled(milliseconds(3)), milliseconds(15000));
  }
  EXPECT_EQ(Deadline(milliseconds(3)).text(), "60000 ms");
  EXPECT_EQ(Deadline::exactly(milliseconds(3)).text(), "3 ms");
  set_guest_slowness(1);
  EXPECT_GE(scaled(milliseconds(3)), milliseconds(6));
}

TEST(Deadline, PatienceIsANumberAboveZero)
{
  const std::pair<const char *, double> right[] = { { nullptr, 1 }, { "0.2", 0.2 }, { "3", 3 } };
  for (const auto &[text, value] : right) {
    const Environment variable("VERDICT_PATIENCE", text);
    ASSERT_OK_AND_ASSIGN(const double factor, chosen_patience());
    EXPECT_EQ(factor, value);
  }
  for (const char *wrong : { "", "0", "-1", "much", "2x", "nan", "inf", " 2" }) {
    const Environment variable("VERDICT_PATIENCE", wrong);
    const auto refused = chosen_patience();
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().message,
                HasSubstr("VERDICT_PATIENCE is \"" + std::string(wrong) + "\""));
  }
}

TEST(Deadline, OfATestIsAWholeNumberOfSecondsAboveZero)
{
  {
    const Environment none("VERDICT_TIME_LIMIT", nullptr);
    EXPECT_EQ(chosen_time_limit().value(), std::nullopt);
  }
  {
    const Environment variable("VERDICT_TIME_LIMIT", "240");
    EXPECT_EQ(chosen_time_limit().value(), std::chrono::seconds(240));
  }
  for (const char *wrong : { "", "0", "-1", "abc", "2s", "1.5", " 2", "99999999999" }) {
    const Environment variable("VERDICT_TIME_LIMIT", wrong);
    const auto refused = chosen_time_limit();
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().message,
                HasSubstr("VERDICT_TIME_LIMIT is \"" + std::string(wrong) + "\""));
  }
}

TEST(Deadline, CanBeShortenedOnly)
{
  const auto deadline = Deadline::exactly(milliseconds(100000));
  EXPECT_TRUE(deadline.at_most(milliseconds(0)).expired());
  EXPECT_GT(deadline.at_most(milliseconds(50000)).poll_timeout(), 40000);
  EXPECT_LE(deadline.at_most(milliseconds(500000)).poll_timeout(), 100000);
}

TEST(Child, IsKilledWhenAnotherTakesItsPlace)
{
  ASSERT_OK_AND_ASSIGN(auto child, Child::spawn({ .arguments = { "sleep", "1000" } }));
  ASSERT_OK_AND_ASSIGN(auto other, Child::spawn({ .arguments = { "sleep", "1000" } }));
  const pid_t first = child.pid(), second = other.pid();
  child = std::move(other);
  EXPECT_EQ(::kill(first, 0), -1);
  EXPECT_EQ(::kill(second, 0), 0);
}

TEST(Child, IsGoneWithItsObject)
{
  pid_t pid;
  {
    ASSERT_OK_AND_ASSIGN(auto child, Child::spawn({ .arguments = { "sleep", "1000" } }));
    pid = child.pid();
    EXPECT_FALSE(child.wait(Deadline(milliseconds(0))));
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

// A process of our own spawns a child and is then killed; the pipe that only the child still holds
// must be closed by the kernel soon.
TEST(Child, DiesWithUs)
{
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    auto child = Child::spawn({ .arguments = { "bash", "-c", "echo started >&77; exec sleep 1000" },
                                .descriptors = { { writer.get(), 77 } } });
    writer.reset();
    for (;;)
      ::pause();
  }
  writer.reset();
  char text[16];
  ASSERT_EQ(::read(reader.get(), text, sizeof(text)), 8) << "the child has not started";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  pollfd closed{ .fd = reader.get(), .events = POLLIN, .revents = 0 };
  ASSERT_EQ(::poll(&closed, 1, 10000), 1) << "the child lives on";
  EXPECT_EQ(::read(reader.get(), text, sizeof(text)), 0);
}

} // namespace

} // namespace verdict
