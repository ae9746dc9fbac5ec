// SPDX-License-Identifier: GPL-2.0-only
// The user-space driver of harness/floor, on the wire.
#include <fmt/format.h>

#include "nic/hostile_nic.h"
#include "tests/suite/fixture.h"
#include "tests/suite/test_frames.h"
#include "tests/suite/until.h"

namespace verdict {

namespace {

constexpr size_t ring_size = 256;

} // namespace

class Floor : public NicTest {
protected:
  /// Starts it, and waits until it receives; a NIC that was set up keeps frames back for a second.
  Result<void> start(const std::vector<std::string> &words)
  {
    TRY(agent().write("/proc/sys/vm/nr_hugepages", "4"));
    std::vector<std::string> command{ "floor" };
    command.insert(command.end(), words.begin(), words.end());
    const auto spawned = TRY(agent().call("spawn", { { "argv", command } }));
    pid_ = spawned.value("pid", 0);
    output_ = spawned["output"];
    return until("it polls", [this] {
      return agent().read(output_).map(
          [](const std::string &text) { return text.find("a step begins") != text.npos; });
    });
  }

  /// Ends it. Returns what it says of its frames.
  Result<std::string> end()
  {
    TRY(agent().call("kill", { { "pid", pid_ } }));
    std::string text;
    TRY(until("it tells what it has received", [&] {
      return agent().read(output_).map([&](const std::string &all) {
        const size_t at = all.find("received ");
        text = at == all.npos ? "" : all.substr(at);
        return !text.empty();
      });
    }));
    return text;
  }

private:
  int pid_ = 0;
  std::string output_;
};

// More than the ring has descriptors, and every size that fits a buffer.
TEST_P(Floor, SendsBack)
{
  ASSERT_OK(start({ "tx", nic_pci_address(0) }));
  const auto frames = test_frames(nic(), 600);
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(const auto back, receive(frames.size()));
  EXPECT_THAT(back, AreFrames(swapped(frames)));
  ASSERT_OK_AND_ASSIGN(const std::string told, end());
  EXPECT_EQ(told, "received 600 frames, sent 600\n");
}

TEST_P(Floor, Drops)
{
  ASSERT_OK(start({ "drop", nic_pci_address(0) }));
  const auto frames = test_frames(nic(), 600);
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(HostileNic ring, HostileNic::open(machine(), 0, 1));
  ASSERT_OK(until("it has dealt with every frame", [&]() -> Result<bool> {
    return !TRY(wire().unread()) && TRY(ring.owned()) == ring_size - 1;
  }));
  ASSERT_OK_AND_ASSIGN(const std::string told, end());
  EXPECT_EQ(told, "received 600 frames, sent 0\n");
  ASSERT_OK_AND_ASSIGN(const auto sent, wire().take());
  EXPECT_THAT(sent, HasNoFrames());
}

TEST_P(Floor, Forwards)
{
  ASSERT_OK(start({ "forward", nic_pci_address(0), nic_pci_address(1) }));
  for (size_t from : { 0, 1 }) {
    const auto frames = test_frames(nic(from), 300);
    ASSERT_OK(wire(from).inject(frames));
    ASSERT_OK_AND_ASSIGN(const auto out, receive(frames.size(), 1 - from));
    EXPECT_THAT(out, AreFrames(frames));
  }
  ASSERT_OK_AND_ASSIGN(const std::string told, end());
  EXPECT_EQ(told, "received 600 frames, sent 600\n");
}

TEST_P(Floor, Answers)
{
  ASSERT_OK(start({ "answer", nic_pci_address(0), nic().guest_ip.text() }));
  ASSERT_OK(wire().inject(arp_request(nic())));
  ASSERT_OK_AND_ASSIGN(const auto arp, receive(1));
  EXPECT_THAT(padded(arp), AreFrames({ arp_reply(nic()) }));

  const Payload payload = pattern(1, 200);
  ASSERT_OK(wire().inject(echo_request(nic(), 0x1234, 7, payload)));
  ASSERT_OK_AND_ASSIGN(const auto frames, receive(1));
  const Dissection reply = dissect(frames.at(0));
  ASSERT_TRUE(reply.icmp_echo) << summary(frames[0]);
  EXPECT_THAT(reply.ill, testing::IsEmpty());
  EXPECT_EQ(reply.icmp_echo->type, 0);
  EXPECT_EQ(reply.icmp_echo->sequence, 7);
  EXPECT_EQ(reply.ipv4->src, nic().guest_ip);
  EXPECT_EQ(reply.payload.bytes, payload.bytes);
  ASSERT_OK_AND_ASSIGN(const std::string told, end());
  EXPECT_EQ(told, "received 2 frames, sent 2\n");
}

VERDICT_ON_NICS_OF(floor, Floor);

} // namespace verdict
