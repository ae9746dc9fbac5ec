// SPDX-License-Identifier: GPL-2.0-only
// Numbers from draft-ietf-opsawg-pcapng, sections 3.1 to 4.3. Everything is in host byte order; the
// section header's magic tells the reader which that is.
#include "packet/pcapng.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

namespace verdict {

namespace {

constexpr uint32_t section_header_block = 0x0a0d0d0a;
constexpr uint32_t interface_description_block = 1;
constexpr uint32_t enhanced_packet_block = 6;
constexpr uint16_t option_end = 0;
constexpr uint16_t option_comment = 1;
constexpr uint16_t option_if_name = 2;
constexpr uint16_t option_if_tsresol = 9;
constexpr uint16_t option_epb_flags = 2;
constexpr uint16_t linktype_ethernet = 1;
constexpr size_t buffer_limit = 256 * 1024;

void put_bytes(std::vector<uint8_t> &to, const void *data, size_t size)
{
  const auto *bytes = static_cast<const uint8_t *>(data);
  to.insert(to.end(), bytes, bytes + size);
}

void put_u16(std::vector<uint8_t> &to, uint16_t value)
{
  put_bytes(to, &value, sizeof(value));
}

void put_u32(std::vector<uint8_t> &to, uint32_t value)
{
  put_bytes(to, &value, sizeof(value));
}

void pad(std::vector<uint8_t> &to)
{
  while (to.size() % 4)
    to.push_back(0);
}

void put_option(std::vector<uint8_t> &to, uint16_t code, const void *data, size_t size)
{
  put_u16(to, code);
  put_u16(to, static_cast<uint16_t>(size));
  put_bytes(to, data, size);
  pad(to);
}

} // namespace

PcapngWriter::PcapngWriter(Fd fd) : fd_(std::move(fd))
{
  std::vector<uint8_t> body;
  put_u32(body, 0x1a2b3c4d); // byte order
  put_u16(body, 1);          // version 1.0
  put_u16(body, 0);
  put_u32(body, 0xffffffff); // section length: not known
  put_u32(body, 0xffffffff);
  block(section_header_block, body);
}

Result<PcapngWriter> PcapngWriter::create(const std::filesystem::path &path)
{
  auto fd = TRY(open_file(path, O_WRONLY | O_CREAT | O_TRUNC));
  return PcapngWriter(std::move(fd));
}

uint32_t PcapngWriter::add_interface(const std::string &name)
{
  std::vector<uint8_t> body;
  put_u16(body, linktype_ethernet);
  put_u16(body, 0);
  put_u32(body, 0); // no limit on the captured length
  put_option(body, option_if_name, name.data(), name.size());
  const uint8_t nanoseconds = 9;
  put_option(body, option_if_tsresol, &nanoseconds, 1);
  put_option(body, option_end, nullptr, 0);
  block(interface_description_block, body);
  return interfaces_++;
}

void PcapngWriter::add(uint32_t interface, Direction direction, const Frame &frame,
                       const std::string &comment, Time time)
{
  const auto stamp = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
  std::vector<uint8_t> body;
  put_u32(body, interface);
  put_u32(body, static_cast<uint32_t>(stamp >> 32));
  put_u32(body, static_cast<uint32_t>(stamp));
  put_u32(body, static_cast<uint32_t>(frame.size()));
  put_u32(body, static_cast<uint32_t>(frame.size()));
  put_bytes(body, frame.data(), frame.size());
  pad(body);
  const auto flags = static_cast<uint32_t>(direction);
  put_option(body, option_epb_flags, &flags, sizeof(flags));
  if (!comment.empty())
    put_option(body, option_comment, comment.data(), comment.size());
  put_option(body, option_end, nullptr, 0);
  block(enhanced_packet_block, body);
}

void PcapngWriter::block(uint32_t type, const std::vector<uint8_t> &body)
{
  const auto size = static_cast<uint32_t>(body.size() + 12);
  put_u32(buffer_, type);
  put_u32(buffer_, size);
  put_bytes(buffer_, body.data(), body.size());
  put_u32(buffer_, size);
  if (buffer_.size() > buffer_limit)
    write_out();
}

/// Keeps the first error for flush().
void PcapngWriter::write_out()
{
  size_t done = 0;
  while (fd_ && !error_ && done < buffer_.size()) {
    const ssize_t size = ::write(fd_.get(), buffer_.data() + done, buffer_.size() - done);
    if (size < 0)
      error_ = errno;
    else
      done += static_cast<size_t>(size);
  }
  buffer_.clear();
}

Result<void> PcapngWriter::flush()
{
  write_out();
  if (error_)
    return fail_errno("write the capture file", error_);
  return {};
}

} // namespace verdict
