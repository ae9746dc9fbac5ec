// SPDX-License-Identifier: GPL-2.0-only
#include "packet/pcapng.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

uint32_t u32(const std::string &text, size_t offset)
{
  uint32_t value = 0;
  std::memcpy(&value, text.data() + offset, sizeof(value));
  return value;
}

// The offsets follow from the layout of the blocks in the specification.
TEST(Pcapng, WritesSectionInterfacesAndPackets)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "test.pcapng";
  {
    auto writer = PcapngWriter::create(path);
    ASSERT_TRUE(writer);
    EXPECT_EQ(writer->add_interface("nic0"), 0u);
    EXPECT_EQ(writer->add_interface("nic1"), 1u);
    const PcapngWriter::Time time{ std::chrono::nanoseconds(0x0000000512345678) };
    writer->add(1, PcapngWriter::Direction::outbound, { { 'a', 'b', 'c', 'd', 'e' } }, "", time);
    writer->add(0, PcapngWriter::Direction::inbound, { { 'f' } }, "sentinel", time);
    EXPECT_TRUE(writer->flush());
  }
  const auto file = read_file(path);
  ASSERT_TRUE(file);

  std::vector<uint32_t> types;
  std::vector<size_t> starts;
  for (size_t offset = 0; offset < file->size();) {
    ASSERT_LE(offset + 12, file->size());
    const uint32_t size = u32(*file, offset + 4);
    ASSERT_EQ(size % 4, 0u);
    ASSERT_GE(size, 12u);
    ASSERT_EQ(u32(*file, offset + size - 4), size) << "a block ends with its size";
    types.push_back(u32(*file, offset));
    starts.push_back(offset);
    offset += size;
  }
  ASSERT_THAT(types, testing::ElementsAre(0x0a0d0d0a, 1, 1, 6, 6));
  EXPECT_EQ(u32(*file, 8), 0x1a2b3c4du);

  const size_t interface = starts[2];
  EXPECT_EQ(u32(*file, interface + 8), 1u) << "Ethernet";
  EXPECT_EQ(file->substr(interface + 16, 8), std::string("\2\0\4\0nic1", 8));
  EXPECT_EQ(file->substr(interface + 24, 5), std::string("\11\0\1\0\11", 5)) << "nanoseconds";

  const size_t packet = starts[3];
  EXPECT_EQ(u32(*file, packet + 8), 1u) << "interface";
  EXPECT_EQ(u32(*file, packet + 12), 5u) << "time, upper half";
  EXPECT_EQ(u32(*file, packet + 16), 0x12345678u);
  EXPECT_EQ(u32(*file, packet + 20), 5u);
  EXPECT_EQ(u32(*file, packet + 24), 5u);
  EXPECT_EQ(file->substr(packet + 28, 8), std::string("abcde\0\0\0", 8));
  EXPECT_EQ(file->substr(packet + 36, 8), std::string("\2\0\4\0\2\0\0\0", 8)) << "outbound";
  EXPECT_EQ(file->substr(packet + 44, 4), std::string(4, '\0')) << "no comment";

  const size_t commented = starts[4];
  EXPECT_EQ(file->substr(commented + 32, 8), std::string("\2\0\4\0\1\0\0\0", 8)) << "inbound";
  EXPECT_EQ(file->substr(commented + 40, 12), std::string("\1\0\10\0sentinel", 12));
}

TEST(Pcapng, NamesTheFileThatCannotBeWritten)
{
  const auto writer = PcapngWriter::create("/nonexistent/test.pcapng");
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().message, testing::HasSubstr("/nonexistent/test.pcapng"));
}

TEST(Pcapng, TellsThatTheDiskIsFull)
{
  ASSERT_OK_AND_ASSIGN(auto writer, PcapngWriter::create("/dev/full"));
  for (int asked = 0; asked < 2; asked++) {
    const auto flushed = writer.flush();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().message, "write the capture file: No space left on device");
  }
}

} // namespace

} // namespace verdict
