// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <string>

#include <termios.h>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"

namespace verdict::playground {

/// The key that changes between the guest and the wire: Ctrl-].
inline constexpr char switch_key = 0x1d;

struct TerminalSize {
  unsigned rows = 0, columns = 0;
  bool operator==(const TerminalSize &) const = default;
};

/// The terminal that this process was started in.
class Terminal {
public:
  /// Error: stdin or stdout is none.
  static Result<Terminal> open();

  Terminal(Terminal &&) = default;
  ~Terminal() { restore(); }

  /// Makes it as it was in the beginning.
  void restore() const;

  TerminalSize size() const;

  /// Waits for a key, and takes it. From then on, and until restore(), keys do not show.
  bool key_pressed(milliseconds timeout) const;

  /// Joins it with the other end of `console` until the key is pressed or that end closes; false
  /// when it has closed. Tells the size whenever it has changed.
  Result<bool> join(const Fd &console, const std::function<Result<void>(TerminalSize)> &resized);

private:
  explicit Terminal(const termios &original) : original_(original) {}

  Result<bool> pass_on(const Fd &console, const std::function<Result<void>(TerminalSize)> &resized);

  termios original_;
  TerminalSize told_; ///< to whoever has to know
};

} // namespace verdict::playground
