// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/netlink.h>

#include "base/fd.h"
#include "base/result.h"

namespace verdict::guest {

/// A netlink request under construction: header, the family's fixed part, attributes.
class NetlinkRequest {
public:
  /// @fixed is the family's header after nlmsghdr: ifinfomsg, genlmsghdr.
  NetlinkRequest(uint16_t type, uint16_t flags, std::span<const uint8_t> fixed);

  /// Appends an attribute.
  void put(uint16_t type, std::span<const uint8_t> payload);
  void put_u32(uint16_t type, uint32_t value);
  void put_string(uint16_t type, std::string_view text);

  std::span<const uint8_t> finish(uint32_t sequence);

private:
  void append(std::span<const uint8_t> bytes);

  std::vector<uint8_t> bytes_;
};

using Attributes = std::map<uint16_t, std::span<const uint8_t>>;

/// Attributes by type, of what follows a fixed part.
Attributes parse_attributes(std::span<const uint8_t> bytes);

/// An unsigned attribute of 4 or 8 bytes (netlink's "uint" is either).
uint64_t to_uint(std::span<const uint8_t> payload);

/// A netlink socket that asks for extended acknowledgements.
class Netlink {
public:
  static Result<Netlink> open(int protocol);

  /// On a socket whose other end answers as the kernel does.
  explicit Netlink(Fd socket) : socket_(std::move(socket)) {}

  /// Sends and gives each message of the answer (without nlmsghdr) to @handle, when the
  /// kernel has acknowledged. A list that has changed while the kernel wrote it (NLM_F_DUMP_INTR)
  /// is asked for again. A refusal becomes an error with errno's text and the kernel's message.
  Result<void> call(NetlinkRequest &request,
                    const std::function<void(std::span<const uint8_t>)> &handle = {});

private:
  struct Answer {
    std::vector<std::vector<uint8_t>> messages;
    bool interrupted = false;
  };

  Result<Answer> ask(NetlinkRequest &request);

  Fd socket_;
  uint32_t sequence_ = 0;
};

} // namespace verdict::guest
