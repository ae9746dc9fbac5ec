// SPDX-License-Identifier: GPL-2.0-only
#include "guest/agent_client.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/file.h"
#include "guest/hex.h"
#include "tests/temporary_directory.h"

namespace verdict::guest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// The guest's end of the line, answering from a script.
class AgentTest : public testing::Test {
protected:
  AgentTest()
  {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    agent = Agent(Fd(ends[0]));
    guest = Fd(ends[1]);
  }

  void answer(const std::string &text) { ::send(guest.get(), text.data(), text.size(), 0); }

  json request()
  {
    std::string line;
    for (char c; ::recv(guest.get(), &c, 1, 0) == 1 && c != '\n';)
      line += c;
    return json::parse(line);
  }

  Agent agent{ Fd() };
  Fd guest;
};

TEST_F(AgentTest, CallSendsOneLineAndReturnsOk)
{
  answer("{\"id\":1,\"ok\":{\"x\":5}}\n");
  auto result = agent.call("op", { { "field", "a\nb" } });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)["x"], 5);
  EXPECT_EQ(request(), (json{ { "id", 1 }, { "op", "op" }, { "field", "a\nb" } }));
}

TEST_F(AgentTest, PutSendsAFileOfAnyBytes)
{
  const uint8_t data[] = { 0x00, 0xff, '\n' };
  answer("{\"id\":1,\"ok\":{}}\n");
  auto result = agent.put("/tmp/file", data);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(request(),
            (json{ { "id", 1 }, { "op", "put" }, { "path", "/tmp/file" }, { "data", "00ff0a" } }));
}

TEST_F(AgentTest, ErrorOfTheGuestNamesTheOperation)
{
  answer("{\"id\":1,\"error\":\"no interface eth7\"}\n");
  auto result = agent.link("eth7", true);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "agent: link: no interface eth7");
}

TEST_F(AgentTest, TimeoutNamesTheOperationAndTheTime)
{
  auto result = agent.ping(20ms);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, testing::MatchesRegex("agent: ping: no answer in [0-9]+ ms"));
}

TEST_F(AgentTest, LateAnswerToATimedOutCallIsSkipped)
{
  ASSERT_FALSE(agent.ping(5ms));
  answer("{\"id\":1,\"ok\":{}}\n{\"id\":2,\"ok\":{\"data\":\"new\"}}\n");
  auto result = agent.read("/proc/version");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, "new");
}

TEST_F(AgentTest, ClosedLineIsAnErrorAtOnce)
{
  guest.reset();
  auto result = agent.ping();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("agent: ping: "));
}

TEST_F(AgentTest, LineThatClosesWhileWaitingIsAnError)
{
  std::thread closer([this] {
    request();
    guest.reset();
  });
  auto result = agent.ping();
  closer.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "agent: ping: the line to the guest is closed: it has ended");
}

TEST_F(AgentTest, GuestThatDoesNotReadIsATimeout)
{
  auto result = agent.call("write", { { "data", std::string(8 << 20, 'x') } }, 50ms);
  ASSERT_FALSE(result);
  EXPECT_THAT(
      result.error().message,
      testing::MatchesRegex("agent: write: the guest does not take the request in [0-9]+ ms"));
}

TEST_F(AgentTest, HealthCheckEndsAWait)
{
  agent.set_health_check([] { return Result<void>(fail("the test's time is over")); });
  auto result = agent.ping();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "agent: ping: the test's time is over");
  EXPECT_FALSE(agent.silent()) << "it had no time to answer";
}

TEST_F(AgentTest, IsSilentUntilItAnswers)
{
  ASSERT_FALSE(agent.ping(5ms));
  EXPECT_TRUE(agent.silent());
  answer("{\"id\":2,\"ok\":{}}\n");
  ASSERT_TRUE(agent.ping());
  EXPECT_FALSE(agent.silent());
}

TEST_F(AgentTest, TellsOfARecordThatLacksSomething)
{
  EXPECT_TRUE(agent.recorded());
  agent.record(*Transcript::create("/dev/full"));
  answer("{\"id\":1,\"ok\":{}}\n");
  ASSERT_TRUE(agent.ping());
  EXPECT_FALSE(agent.recorded());
}

TEST_F(AgentTest, RecordsWhatIsSaidAndWhatIsNot)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "agent.log";
  agent.record(*Transcript::create(path));
  answer("{\"id\":1,\"ok\":{}}\n");
  ASSERT_TRUE(agent.ping());
  ASSERT_FALSE(agent.call("read", { { "path", "/x" } }, 5ms));
  const std::string log = verdict::read_file(path).value_or("");
  EXPECT_THAT(log, HasSubstr(" -> {\"id\":1,\"op\":\"ping\"}\n"));
  EXPECT_THAT(log, HasSubstr(" <- {\"id\":1,\"ok\":{}}\n"));
  EXPECT_THAT(log, HasSubstr(" -> {\"id\":2,\"op\":\"read\",\"path\":\"/x\"}\n"));
  EXPECT_THAT(log, testing::ContainsRegex(" -- no answer in [0-9]+ ms\n"));
}

TEST_F(AgentTest, AnswerMayComeInPieces)
{
  std::thread writer([this] {
    request();
    answer("{\"id\":1,\"o");
    std::this_thread::sleep_for(5ms);
    answer("k\":{}}\n");
  });
  auto result = agent.ping();
  writer.join();
  EXPECT_TRUE(result) << result.error().message;
}

TEST_F(AgentTest, GarbageIsQuoted)
{
  answer("Segmentation fault\n");
  auto result = agent.ping();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("Segmentation fault"));
}

TEST_F(AgentTest, AnswerWithoutTheFieldIsAnError)
{
  answer("{\"id\":1,\"ok\":{}}\n");
  auto result = agent.read("/x");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("agent: read: unexpected answer: "));
}

TEST_F(AgentTest, RunOkCarriesTheCommandAndItsOutput)
{
  answer("{\"id\":1,\"ok\":{\"status\":2,\"out\":\"\",\"err\":\"bad\"}}\n");
  auto result = agent.run_ok({ "ip", "link" });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "guest: \"ip link\" ended with status 2: bad");
}

TEST_F(AgentTest, XdpAttachSendsModeAndReplacedProgram)
{
  answer("{\"id\":1,\"ok\":{}}\n");
  ASSERT_TRUE(agent.xdp_attach(
      "eth0", { "b", "verdict" },
      { .mode = XdpMode::generic, .replace = Program{ "a", "verdict" }, .noreplace = false }));
  EXPECT_EQ(request(), (json{ { "id", 1 },
                              { "op", "xdp_attach" },
                              { "ifname", "eth0" },
                              { "name", "b" },
                              { "program", "verdict" },
                              { "mode", "generic" },
                              { "noreplace", false },
                              { "replace", { { "name", "a" }, { "program", "verdict" } } } }));
}

TEST_F(AgentTest, MapValuesTravelAsHex)
{
  const Bytes key{ 0, 1 }, value{ 0xab, 0xcd };

  answer("{\"id\":1,\"ok\":{}}\n{\"id\":2,\"ok\":{\"value\":\"00ff10\"}}\n");
  ASSERT_TRUE(agent.map_update("a", "config", key, value));
  auto sent = request();
  EXPECT_EQ(sent["key"], "0001");
  EXPECT_EQ(sent["value"], "abcd");
  auto result = agent.map_lookup("a", "config", key);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(*result, ElementsAre(0x00, 0xff, 0x10));
}

TEST_F(AgentTest, PacketsComeWithTheirMarkAndTag)
{
  answer(R"({"id":1,"ok":{"packets":[)"
         R"({"data":"0102","mark":7,"vlan_tci":100,"vlan_tpid":33024,"pkttype":0},)"
         R"({"data":"","mark":null,"vlan_tci":null,"vlan_tpid":null,"pkttype":4}]}})"
         "\n");
  auto frames = agent.packet_recv(3, 2);
  ASSERT_TRUE(frames) << frames.error().message;
  ASSERT_EQ(frames->size(), 2u);
  EXPECT_THAT((*frames)[0].data, ElementsAre(1, 2));
  EXPECT_EQ((*frames)[0].mark, 7u);
  EXPECT_EQ((*frames)[0].vlan_tci, 100);
  EXPECT_EQ((*frames)[1].mark, std::nullopt);
  EXPECT_EQ((*frames)[1].vlan_tci, std::nullopt);
}

TEST_F(AgentTest, KallsymsAreAskedForAsAWholeOrForModules)
{
  answer("{\"id\":1,\"ok\":{\"symbols\":\"ffffffffc0000000 t f\\t[m]\\n\"}}\n");
  auto symbols = agent.kallsyms(true);
  ASSERT_TRUE(symbols) << symbols.error().message;
  EXPECT_EQ(*symbols, "ffffffffc0000000 t f\t[m]\n");
  EXPECT_EQ(request()["modules"], true);
}

TEST_F(AgentTest, InterfaceIsFoundByItsMac)
{
  auto devices = R"({"lo":{"mac":"00:00:00:00:00:00"},"eth1":{"mac":"52:54:00:00:00:02"}}})"
                 "\n";

  answer(std::string("{\"id\":1,\"ok\":") + devices + "{\"id\":2,\"ok\":" + devices);
  EXPECT_EQ(agent.ifname_of("52:54:00:00:00:02").value_or(""), "eth1");
  EXPECT_FALSE(agent.ifname_of("52:54:00:00:00:03"));
}

TEST(Hex, RoundTripAndRefusals)
{
  const Bytes bytes{ 0x00, 0x9a, 0xff };

  EXPECT_EQ(to_hex(bytes), "009aff");
  EXPECT_EQ(from_hex("009AfF").value_or(Bytes{}), bytes);
  EXPECT_FALSE(from_hex("123"));
  EXPECT_FALSE(from_hex("0g"));
}

} // namespace
} // namespace verdict::guest
