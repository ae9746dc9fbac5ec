// SPDX-License-Identifier: GPL-2.0-only
// The qtest client against a thread that plays QEMU.
#include "qemu/qtest.h"

#include <sys/socket.h>

#include <map>
#include <thread>

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Answers = std::map<std::string, std::string>;

/// Gives each line its answer, and an empty one to what it does not know.
class Qemu {
public:
  explicit Qemu(Answers answers)
  {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    client = Fd(ends[0]);
    thread_ = std::thread([end = ends[1], answers = std::move(answers)] { run(Fd(end), answers); });
  }
  ~Qemu() { thread_.join(); }

  Fd client;

private:
  static void run(Fd end, const Answers &answers)
  {
    std::string unread;
    char buffer[4096];
    for (ssize_t size; (size = ::recv(end.get(), buffer, sizeof(buffer), 0)) > 0;) {
      unread.append(buffer, static_cast<size_t>(size));
      for (size_t line_end; (line_end = unread.find('\n')) != unread.npos;) {
        const auto answer = answers.find(unread.substr(0, line_end));
        unread.erase(0, line_end + 1);
        const std::string text = (answer == answers.end() ? "" : answer->second) + "\n";
        ::send(end.get(), text.data(), text.size(), MSG_NOSIGNAL);
      }
    }
  }

  std::thread thread_;
};

TEST(Qtest, ReadsAndWrites)
{
  Qemu qemu(Answers{ { "readl 0xfeb02810", "OK 0x0000000000000007" },
                     { "writel 0xfeb000c8 0x80", "OK" },
                     { "read 0x1000 0x3", "OK 0x00ff10" },
                     { "write 0x1000 0x2 0x0a0b", "OK" } });
  Qtest qtest(std::move(qemu.client));
  ASSERT_OK_AND_ASSIGN(const uint32_t value, qtest.readl(0xfeb02810));
  EXPECT_EQ(value, 7u);
  EXPECT_OK(qtest.writel(0xfeb000c8, 0x80));
  ASSERT_OK_AND_ASSIGN(const auto bytes, qtest.read(0x1000, 3));
  EXPECT_THAT(bytes, ElementsAre(0, 0xff, 0x10));
  const uint8_t some[] = { 10, 11 };
  EXPECT_OK(qtest.write(0x1000, some));
}

TEST(Qtest, SkipsEvents)
{
  Qemu qemu(Answers{ { "readl 0x0", "IRQ raise 3\nOK 0x2" } });
  Qtest qtest(std::move(qemu.client));
  ASSERT_OK_AND_ASSIGN(const uint32_t value, qtest.readl(0));
  EXPECT_EQ(value, 2u);
}

TEST(Qtest, TellsWhatQemuSays)
{
  Qemu qemu(Answers{ { "readl 0x0", "FAIL Unknown command" }, { "readl 0x4", "OK many" } });
  Qtest qtest(std::move(qemu.client));
  const auto refused = qtest.readl(0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("FAIL Unknown command"));
  const auto wrong = qtest.readl(4);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("not a number: many"));
}

TEST(Qtest, TellsThatQemuIsGone)
{
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Qtest qtest{ Fd(ends[0]) };
  ::close(ends[1]);
  const auto gone = qtest.readl(0);
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("gone"));
}

} // namespace

} // namespace verdict
