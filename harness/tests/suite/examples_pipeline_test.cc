// SPDX-License-Identifier: GPL-2.0-only
// The example "pipeline": a stage is replaced while frames go through it, and none is lost.
#include "selftests/drivers/net/xdp/examples/pipeline.h"
#include "tests/suite/examples.h"

namespace verdict {

class ExamplePipeline : public ExampleTest {
protected:
  Result<void> start()
  {
    TRY(load_example("pipeline", { "start", "check", "mark_v1", "mark_v2", "send" }));
    return attach_example("start");
  }

  /// Puts a program into a stage's slot.
  Result<void> replace(pipeline_stage stage, const std::string &program)
  {
    const auto &programs = agent().loaded().at("example").at("programs");
    TRY(agent().run_ok({ "bpftool", "map", "update", "name", "stages", "key", std::to_string(stage),
                         "0", "0", "0", "value", "id",
                         std::to_string(programs.at(program).at("id").get<uint32_t>()) }));
    return {};
  }

  Frame datagram(uint8_t tos, size_t number) const
  {
    return build(Ethernet{ .dst = nic().guest_mac, .src = nic().host_mac },
                 Ipv4{ .src = nic().host_ip,
                       .dst = nic().guest_ip,
                       .tos = tos,
                       .id = static_cast<uint16_t>(number) },
                 Udp{ .src_port = 1000, .dst_port = PIPELINE_PORT },
                 pattern(number, 20 + number % 500));
  }

  /// What comes of a datagram by one version of the stage.
  Frame marked(uint8_t tos, size_t number) const { return swapped(datagram(tos, number)); }
};

// Ten times there and back; each frame is one version's, byte for byte, and counted by it.
TEST_P(ExamplePipeline, AStageIsReplacedUnderTrafficWithoutLosingAFrame)
{
  constexpr int times = 10;
  ASSERT_OK(start());
  ASSERT_OK_AND_ASSIGN(const auto all,
                       exchange_while([&](size_t number) { return datagram(0, number); },
                                      [&]() -> Result<void> {
                                        for (int i = 0; i < times; i++) {
                                          TRY(replace(PIPELINE_MARK, "mark_v2"));
                                          TRY(replace(PIPELINE_MARK, "mark_v1"));
                                        }
                                        return replace(PIPELINE_MARK, "mark_v2");
                                      }));
  std::vector<Frame> expected;
  size_t by_v1 = 0;
  for (size_t i = 0; i < all.sent.size(); i++) {
    const bool v1 = i < all.back.size() && all.back[i] == marked(PIPELINE_TOS_V1, i);
    by_v1 += v1;
    expected.push_back(marked(v1 ? PIPELINE_TOS_V1 : PIPELINE_TOS_V2, i));
  }
  EXPECT_THAT(all.back, AreFrames(expected));
  EXPECT_EQ(counted(PIPELINE_CHECKED), all.sent.size());
  EXPECT_EQ(counted(PIPELINE_MARKED_V1), by_v1);
  EXPECT_EQ(counted(PIPELINE_MARKED_V2), all.sent.size() - by_v1);
  EXPECT_EQ(counted(PIPELINE_SENT), all.sent.size());
  EXPECT_EQ(counted(PIPELINE_NO_STAGE), 0u);
  // It began with the one and ended with the other.
  EXPECT_EQ(expected.front(), marked(PIPELINE_TOS_V1, 0));
  EXPECT_EQ(expected.back(), marked(PIPELINE_TOS_V2, all.sent.size() - 1));
}

TEST_P(ExamplePipeline, WithoutAStageFramesAreDroppedAndCounted)
{
  constexpr size_t count = 20;
  ASSERT_OK(start());
  ASSERT_OK(agent().run_ok({ "bpftool", "map", "delete", "name", "stages", "key",
                             std::to_string(PIPELINE_SEND), "0", "0", "0" }));
  std::vector<Frame> frames;
  for (size_t i = 0; i < count; i++)
    frames.push_back(datagram(0, i));
  ASSERT_OK_AND_ASSIGN(const auto back, exchange(frames));
  EXPECT_THAT(back, HasNoFrames());
  EXPECT_EQ(counted(PIPELINE_NO_STAGE), count);
  EXPECT_EQ(counted(PIPELINE_SENT), 0u);
}

VERDICT_ON_NICS_OF(examples, ExamplePipeline);

} // namespace verdict
