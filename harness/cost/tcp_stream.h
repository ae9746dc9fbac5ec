// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "packet/builder.h"
#include "wire/wire.h"

namespace verdict::cost {

/// The harness's end of a TCP connection to the guest, on which it only sends. A wire loses
/// nothing, so nothing is sent again; whoever sends leaves the guest time to read.
class TcpStream {
public:
  /// How many frames of `size` bytes to send before the guest has read them: 40 of the 64 KiB that
  /// its window has at first, as Linux takes some back when it sees what memory a frame takes
  /// (tcp_measure_rcv_mss), and no more than half of NAPI's budget.
  static size_t burst(size_t size);

  /// Connects to a port of the guest's. Error: it does not take the connection.
  static Result<TcpStream> connect(Wire &wire, uint16_t port);

  /// The next `count` frames of `size` bytes, headers included; 55 or more.
  std::vector<Frame> next(size_t count, size_t size);

  /// Bytes of the stream in a frame of `size` bytes.
  static size_t payload_of(size_t size);

private:
  TcpStream(NicAddress address, uint16_t port) : address_(address), port_(port) {}

  Frame segment(uint8_t flags, const std::vector<uint8_t> &options, const Payload &payload) const;

  NicAddress address_;
  uint16_t port_;
  uint32_t sequence_ = 0, acknowledgement_ = 0;
};

} // namespace verdict::cost
