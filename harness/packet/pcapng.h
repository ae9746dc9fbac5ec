// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "packet/frame.h"

namespace verdict {

/// Writes a capture file in the pcapng format (draft-ietf-opsawg-pcapng): one section, any number
/// of Ethernet interfaces, time stamps in nanoseconds, the direction of each frame.
class PcapngWriter {
public:
  /// As the guest's NIC sees it: a frame that the harness injects is inbound.
  enum class Direction : uint32_t { inbound = 1, outbound = 2 };
  using Time = std::chrono::system_clock::time_point;

  static Result<PcapngWriter> create(const std::filesystem::path &path);

  PcapngWriter(PcapngWriter &&) noexcept = default;
  ~PcapngWriter() { write_out(); }

  /// Declares an interface; returns its number for add().
  uint32_t add_interface(const std::string &name);

  /// `comment` is for people: "frame 3 of the test". "" for none.
  void add(uint32_t interface, Direction direction, const Frame &frame,
           const std::string &comment = "", Time time = std::chrono::system_clock::now());

  /// Hands what is buffered to the kernel. Error: the first of this file, also from earlier.
  Result<void> flush();

private:
  explicit PcapngWriter(Fd fd);
  void write_out();
  void block(uint32_t type, const std::vector<uint8_t> &body);

  Fd fd_;
  std::vector<uint8_t> buffer_;
  uint32_t interfaces_ = 0;
  int error_ = 0;
};

} // namespace verdict
