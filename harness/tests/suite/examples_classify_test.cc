// SPDX-License-Identifier: GPL-2.0-only
// The example "classify": what an XDP program has found out, sockets and the firewall go by.
#include <arpa/inet.h>

#include "selftests/drivers/net/xdp/examples/classify.h"
#include "tests/suite/examples.h"

namespace verdict {

namespace {

constexpr uint16_t video = 7001, backup = 7002, other = 7003;
constexpr uint32_t video_class = 7, backup_class = 0xabcdef;

} // namespace

class ExampleClassify : public ExampleTest {
protected:
  Result<void> start()
  {
    TRY(load_example("classify", { "classify", "mark" }));
    TRY(set("classes", htons(video), video_class));
    TRY(set("classes", htons(backup), backup_class));
    TRY(attach_example("classify"));
    return agent().tc_attach(ifname(), { "example", "mark" });
  }

  Result<void> nft(const std::string &command)
  {
    TRY(agent().run_ok({ "nft", command }));
    return {};
  }

  /// A firewall that counts the datagrams of each class, and drops none.
  Result<void> start_firewall()
  {
    TRY(agent().modprobe("nf_tables"));
    TRY(nft("add table ip shop"));
    TRY(nft("add chain ip shop input { type filter hook input priority 0; }"));
    for (const uint32_t number : { video_class, backup_class })
      TRY(nft("add rule ip shop input meta mark " + std::to_string(number) + " counter"));
    return {};
  }
};

TEST_P(ExampleClassify, TheClassIsTheMarkThatSocketsAndTheFirewallSee)
{
  REQUIRE(metadata);
  constexpr size_t each = 30;
  ASSERT_OK(start());
  ASSERT_OK(start_firewall());
  std::vector<Frame> frames;
  for (size_t i = 0; i < each; i++) {
    for (const uint16_t port : { video, backup, other, video })
      frames.push_back(udp_frame(nic(), 1000 + i, port, pattern(frames.size(), 100 + i)));
  }
  std::map<uint16_t, int> sockets;
  for (const uint16_t port : { video, backup, other }) {
    ASSERT_OK_AND_ASSIGN(sockets[port], udp_socket(port, true));
  }

  ASSERT_OK_AND_ASSIGN(const auto back, exchange(frames));
  EXPECT_THAT(back, HasNoFrames());
  for (const auto &[port, count, mark] :
       { std::tuple{ video, 2 * each, video_class }, std::tuple{ backup, each, backup_class },
         std::tuple{ other, each, 0u } }) {
    SCOPED_TRACE(testing::Message() << "port " << port);
    ASSERT_OK_AND_ASSIGN(const auto received, agent().udp_recv(sockets[port], count + 1, {}));
    EXPECT_THAT(received, testing::SizeIs(count));
    for (const auto &datagram : received)
      EXPECT_EQ(datagram.mark.value_or(0), mark);
  }
  ASSERT_OK_AND_ASSIGN(const std::string rules, agent().run_ok({ "nft", "list", "table ip shop" }));
  const auto rule = [](uint32_t mark, size_t packets) {
    return fmt::format("meta mark 0x{:08x} counter packets {} bytes", mark, packets);
  };
  EXPECT_THAT(rules, testing::HasSubstr(rule(video_class, 2 * each)));
  EXPECT_THAT(rules, testing::HasSubstr(rule(backup_class, each)));
  EXPECT_EQ(counted(CLASSIFY_CLASSIFIED), 3 * each);
  EXPECT_EQ(counted(CLASSIFY_MARKED), 3 * each);
}

// Without room for metadata the frame goes on, and has no class.
TEST_P(ExampleClassify, EveryDatagramPassesByteForByte)
{
  constexpr size_t count = 40;
  ASSERT_OK(start());
  ASSERT_OK_AND_ASSIGN(const int packets, sniff(0, ethertype_ipv4));
  ASSERT_OK(udp_socket(video));
  std::vector<Frame> frames;
  for (size_t i = 0; i < count; i++)
    frames.push_back(udp_frame(nic(), 1000, video, pattern(i, 20 + i * 30)));
  expect_in_stack(frames, packets);
  EXPECT_EQ(counted(column().can(Can::metadata) ? CLASSIFY_CLASSIFIED : CLASSIFY_NO_ROOM), count);
}

VERDICT_ON_NICS_OF(examples, ExampleClassify);

} // namespace verdict
