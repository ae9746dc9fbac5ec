// SPDX-License-Identifier: GPL-2.0-only
// The QMP client against a thread that plays QEMU.
#include "qemu/qmp.h"

#include <sys/socket.h>

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/text.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char *greeting = R"({"QMP": {"version": {}, "capabilities": []}})"
                                 "\r\n";

/// Says the greeting, then answers each command with what `answer` makes of it.
class Qemu {
public:
  using Answer = std::function<std::string(const json &)>;

  explicit Qemu(Answer answer)
  {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    client = Fd(ends[0]);
    thread_ = std::thread([end = ends[1], answer = std::move(answer)] { run(Fd(end), answer); });
  }
  ~Qemu()
  {
    client.reset();
    thread_.join();
  }

  Fd client;

private:
  static void run(Fd end, const Answer &answer)
  {
    std::string text = greeting, unread;
    for (;;) {
      // In two pieces, as a stream may.
      const size_t half = text.size() / 2;
      ::send(end.get(), text.data(), half, MSG_NOSIGNAL);
      ::send(end.get(), text.data() + half, text.size() - half, MSG_NOSIGNAL);
      size_t line_end;
      while ((line_end = unread.find('\n')) == unread.npos) {
        char buffer[4096];
        const ssize_t size = ::recv(end.get(), buffer, sizeof(buffer), 0);
        if (size <= 0)
          return;
        unread.append(buffer, static_cast<size_t>(size));
      }
      const json command = json::parse(unread.substr(0, line_end));
      unread.erase(0, line_end + 1);
      if (command["execute"] == "qmp_capabilities")
        text = ok(command);
      else if (text = answer(command); text == "hang up")
        return;
    }
  }

  std::thread thread_;

public:
  static std::string ok(const json &command, const json &value = json::object())
  {
    return json({ { "return", value }, { "id", command["id"] } }).dump() + "\r\n";
  }
};

class QmpTest : public testing::Test {
protected:
  Result<std::unique_ptr<Qmp>> connect(Qemu &qemu)
  {
    return Qmp::connect(std::move(qemu.client), transcript());
  }
  std::filesystem::path transcript() const { return directory_.path() / "qmp.log"; }

  TemporaryDirectory directory_;
};

TEST_F(QmpTest, ReturnsWhatTheCommandReturned)
{
  Qemu qemu([](const json &command) { return Qemu::ok(command, command["arguments"]); });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));
  ASSERT_OK_AND_ASSIGN(const json value, qmp->command("echo", { { "a", 1 } }));
  EXPECT_EQ(value, json({ { "a", 1 } }));

  ASSERT_OK_AND_ASSIGN(const auto log, read_file(transcript()));
  EXPECT_THAT(log, HasSubstr(" -> {\"arguments\":{\"a\":1},\"execute\":\"echo\""));
  EXPECT_THAT(log, HasSubstr(" <- {\"QMP\":"));
}

TEST_F(QmpTest, TellsOfATranscriptThatLacksSomething)
{
  Qemu qemu([](const json &command) { return Qemu::ok(command); });
  ASSERT_OK_AND_ASSIGN(const auto qmp, Qmp::connect(std::move(qemu.client), "/dev/full"));
  const auto recorded = qmp->recorded();
  ASSERT_FALSE(recorded);
  EXPECT_THAT(recorded.error().message, HasSubstr("/dev/full"));
}

TEST_F(QmpTest, KeepsEventsThatComeBetweenCommandAndReply)
{
  Qemu qemu([](const json &command) {
    return R"({"event": "STOP"})"
           "\r\n"
           R"({"event": "MIGRATION", "data": {"status": "active"}})"
           "\r\n"
           R"({"event": "MIGRATION", "data": {"status": "completed"}})"
           "\r\n" +
           Qemu::ok(command);
  });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));
  ASSERT_OK(qmp->command("stop"));
  ASSERT_OK_AND_ASSIGN(const json event,
                       qmp->wait_event("MIGRATION", qmp_timeout, [](const json &event) {
                         return event["data"]["status"] == "completed";
                       }));
  EXPECT_EQ(event["event"], "MIGRATION");
  EXPECT_EQ(qmp->next_event().value()["event"], "STOP");
  EXPECT_EQ(qmp->next_event().value()["data"]["status"], "active");
  EXPECT_FALSE(qmp->next_event());
}

TEST_F(QmpTest, SkipsTheLateReplyToACommandThatTimedOut)
{
  std::string late;
  Qemu qemu([&late](const json &command) {
    if (command["execute"] == "slow") {
      late = Qemu::ok(command, "late");
      return std::string();
    }
    return late + Qemu::ok(command, "right");
  });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));
  const auto slow = qmp->command("slow", json::object(), milliseconds(50));
  ASSERT_FALSE(slow);
  EXPECT_THAT(slow.error().message, testing::MatchesRegex("QMP slow: no answer in [0-9]+ ms"));
  ASSERT_OK_AND_ASSIGN(const json value, qmp->command("next"));
  EXPECT_EQ(value, "right");
}

TEST_F(QmpTest, PassesOnWhatQemuComplainsOf)
{
  Qemu qemu([](const json &command) {
    return json({ { "error", { { "class", "GenericError" }, { "desc", "no such device" } } },
                  { "id", command["id"] } })
               .dump() +
           "\r\n";
  });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));
  const auto done = qmp->command("device_del");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "QMP device_del: no such device");
}

TEST_F(QmpTest, NoticesTheEnd)
{
  Qemu qemu([](const json &) { return "hang up"; });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));
  EXPECT_FALSE(qmp->closed());
  const auto done = qmp->command("quit");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "QMP quit: QEMU is gone");
  EXPECT_TRUE(qmp->closed());
  EXPECT_FALSE(qmp->command("again"));
}

TEST_F(QmpTest, RefusesWhatIsNoGreeting)
{
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd qemu(ends[1]);
  const std::string_view text = "{\"hello\": 1}\n";
  ASSERT_EQ(::send(qemu.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  const auto qmp = Qmp::connect(Fd(ends[0]), transcript());
  ASSERT_FALSE(qmp);
  EXPECT_THAT(qmp.error().message, HasSubstr("no QMP greeting"));
}

// Each reply is taken in by whichever thread reads at that moment, and that must not lose it.
TEST_F(QmpTest, SeveralThreadsGetTheirOwnReplies)
{
  Qemu qemu([](const json &command) {
    return R"({"event": "TICK"})"
           "\r\n" +
           Qemu::ok(command, command["arguments"]["number"]);
  });
  ASSERT_OK_AND_ASSIGN(const auto qmp, connect(qemu));

  constexpr size_t threads = 6, commands = 200;
  std::vector<std::string> wrong(threads);
  const auto ask = [&](size_t thread) {
    for (size_t i = 0; i < commands && wrong[thread].empty(); i++) {
      const size_t number = thread * commands + i;
      const auto reply = qmp->command("echo", { { "number", number } }, milliseconds(2000));
      if (!reply)
        wrong[thread] = reply.error().message;
      else if (*reply != number)
        wrong[thread] = reply->dump() + " instead of " + std::to_string(number);
    }
  };
  std::atomic<bool> stop = false;
  size_t events = 0;
  const auto take_events = [&] {
    while (qmp->next_event())
      events++;
  };
  std::thread poller([&] {
    while (!stop) {
      take_events();
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  });
  std::vector<std::thread> askers;
  for (size_t thread = 0; thread < threads; thread++)
    askers.emplace_back(ask, thread);
  for (std::thread &asker : askers)
    asker.join();
  stop = true;
  poller.join();
  take_events();

  EXPECT_THAT(wrong, testing::Each(""));
  EXPECT_EQ(events, threads * commands);
}

} // namespace

} // namespace verdict
