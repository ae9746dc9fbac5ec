// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"

namespace verdict {

/// A stream socket over which two sides speak in lines. Only wait() waits. It and send_some() may
/// run while another thread does something else here.
class LineSocket {
public:
  explicit LineSocket(Fd socket) : socket_(std::move(socket)) {}

  /// Waits until one of poll(2)'s `events` is possible; false if that takes too long.
  bool wait(short events, const Deadline &deadline) const;

  /// Sends the beginning of a text, with a descriptor if there is one; how many bytes that was, 0
  /// if the other side must read first.
  Result<size_t> send_some(std::string_view text, int descriptor = -1) const;

  /// Takes in what has come. Error: the socket's.
  Result<void> receive();

  /// The oldest line that has been taken in, without its line end.
  std::optional<std::string> next_line();

  /// The other side has closed; lines that it said before may be left.
  bool closed() const { return closed_; }

private:
  Fd socket_;
  std::string unread_;
  bool closed_ = false;
};

} // namespace verdict
