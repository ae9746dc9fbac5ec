// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/gtest_result.h"
#include "base/process.h"
#include "base/text.h"
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
  ASSERT_OK(write_file(file, "abd"));
  ASSERT_OK_AND_ASSIGN(const auto second, file_sha256(file, memory));
  EXPECT_EQ(second, sha256("abd"));
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
  EXPECT_EQ(endless.error().message, "sleep does not end in 20 ms");
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
