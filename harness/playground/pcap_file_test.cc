// SPDX-License-Identifier: GPL-2.0-only
#include "playground/pcap_file.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "packet/builder.h"
#include "packet/pcapng.h"
#include "tests/temporary_directory.h"

namespace verdict::playground {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CaptureFile : public testing::Test {
protected:
  /// A file in the old format with one frame, of which `captured` bytes are there.
  Result<void> write_pcap(uint32_t link_type, uint32_t captured, uint32_t length)
  {
    std::string text;
    const auto put = [&](std::initializer_list<uint32_t> words) {
      for (const uint32_t word : words)
        text.append(reinterpret_cast<const char *>(&word), sizeof(word));
    };
    put({ 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, link_type, 0, 0, captured, length });
    return write_file(path, text + std::string(captured, 'x'));
  }

  std::string error()
  {
    const auto frames = read_capture(path);
    return frames ? "no error" : frames.error().message;
  }

  const TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "capture";
};

TEST_F(CaptureFile, WhatAWireHasRecordedIsReadBack)
{
  const Frame one = arp_request(NicAddress::of(0)), two = test_frame(NicAddress::of(0), 1, 1514);
  {
    ASSERT_OK_AND_ASSIGN(PcapngWriter writer, PcapngWriter::create(path));
    writer.add_interface("nic0");
    writer.add(0, PcapngWriter::Direction::inbound, one, "a comment");
    writer.add(0, PcapngWriter::Direction::outbound, two);
    ASSERT_OK(writer.flush());
  }
  ASSERT_OK_AND_ASSIGN(const auto frames, read_capture(path));
  EXPECT_THAT(frames, ElementsAre(one, two));
}

TEST_F(CaptureFile, TheOldFormatIsRead)
{
  ASSERT_OK(write_pcap(1, 60, 60));
  ASSERT_OK_AND_ASSIGN(const auto frames, read_capture(path));
  EXPECT_THAT(frames, ElementsAre(Frame{ std::vector<uint8_t>(60, 'x') }));
}

TEST_F(CaptureFile, AFrameThatWasCutIsRefused)
{
  ASSERT_OK(write_pcap(1, 60, 100));
  EXPECT_THAT(error(), HasSubstr("of frame 0 only 60 of 100 bytes were captured"));
}

TEST_F(CaptureFile, OtherNetworksAreRefused)
{
  ASSERT_OK(write_pcap(101, 60, 60));
  EXPECT_THAT(error(), HasSubstr("not of an Ethernet"));
}

TEST_F(CaptureFile, AFileThatEndsTooSoonIsRefused)
{
  ASSERT_OK(write_pcap(1, 60, 60));
  std::filesystem::resize_file(path, 70);
  EXPECT_THAT(error(), HasSubstr("truncated"));
}

TEST_F(CaptureFile, NoFileIsRefused)
{
  EXPECT_THAT(error(), HasSubstr("No such file"));
}

} // namespace

} // namespace verdict::playground
