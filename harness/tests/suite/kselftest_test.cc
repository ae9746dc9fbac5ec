// SPDX-License-Identifier: GPL-2.0-only
// The project's kselftests, in a guest: on its NICs, whose cables are joined, and on what they make
// for themselves.
#include <future>
#include <thread>

#include <fmt/format.h>

#include "report/ktap.h"
#include "tests/suite/fixture.h"

namespace verdict {

namespace {

constexpr const char *folder = "/kselftests/drivers/net/xdp/";
constexpr const char *remote = "remote";
constexpr milliseconds time_limit{ 100'000 };

} // namespace

class Kselftest : public NicTest {
protected:
  /// Runs a test program and expects all of its tests to pass.
  void expect_ok(const std::string &program)
  {
    allow_in_log("Illegal XDP return value", "a program returns one on purpose");
    ASSERT_OK(agent().modprobe("veth"));
    std::vector<std::string> command{ "env" };
    if (column().nics.front().driver != "veth") {
      ASSERT_OK(make_remote());
      command.insert(command.end(), { "NETIF=" + ifname(), "LOCAL_V4=" + nic().guest_ip.text(),
                                      "REMOTE_V4=" + nic().host_ip.text(), "REMOTE_TYPE=netns",
                                      std::string("REMOTE_ARGS=") + remote });
    }
    command.push_back(folder + program);
    ASSERT_OK_AND_ASSIGN(const guest::Ended ended, run_joined(command));
    fmt::print("{}{}", ended.out, ended.err);
    EXPECT_THAT(shortcomings(read_ktap(ended.out)), testing::IsEmpty());
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  }

private:
  /// Puts NIC 1 where it can be NIC 0's remote, with the address that the test has as a rule.
  Result<void> make_remote()
  {
    const std::string address = nic().host_ip.text();
    TRY(agent().run_ok({ "ip", "neigh", "del", address, "dev", ifname() }));
    TRY(agent().run_ok({ "ip", "netns", "add", remote }));
    TRY(agent().run_ok({ "ip", "link", "set", ifname(1), "netns", remote }));
    TRY(agent().run_ok({ "ip", "-n", remote, "addr", "add", address + "/24", "dev", ifname(1) }));
    TRY(agent().run_ok({ "ip", "-n", remote, "link", "set", ifname(1), "up" }));
    return {};
  }

  /// Whether there was something to pass on.
  Result<bool> pass_on(size_t from, size_t to)
  {
    const auto frames = TRY(wire(from).take());
    TRY(wire(to).inject(frames));
    return !frames.empty();
  }

  /// Runs a command while the cables of NIC 0 and NIC 1 are one.
  Result<guest::Ended> run_joined(const std::vector<std::string> &command)
  {
    auto run = std::async(std::launch::async, [&] { return agent().run(command, time_limit); });
    while (run.wait_for(milliseconds(0)) != std::future_status::ready) {
      const bool there = TRY(pass_on(0, 1)), back = TRY(pass_on(1, 0));
      if (!there && !back)
        std::this_thread::sleep_for(milliseconds(1));
    }
    return run.get();
  }
};

TEST_P(Kselftest, Verdicts)
{
  expect_ok("verdicts");
}

TEST_P(Kselftest, Redirect)
{
  expect_ok("redirect");
}

TEST_P(Kselftest, Attach)
{
  expect_ok("attach");
}

VERDICT_ON_NICS_OF(kselftests, Kselftest);

} // namespace verdict
