// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace verdict::playground {

/// What can be typed at the wire's prompt, or written in a script.
struct Nothing {}; ///< an empty line, or a comment
struct Help {
  std::string topic; ///< a command, or empty
};
/// Sends a frame some times.
struct Send {
  size_t count = 1;
  std::vector<std::string> frame; ///< for parse_frame()
};
struct SendCapture {
  std::string file;
};
struct Watch {
  std::optional<size_t> count; ///< frames until it ends by itself
};
struct SetWire {
  bool up;
};
struct SaveCapture {
  std::string file;
};
struct Counters {};
struct ChooseNic {
  size_t index;
};
struct Attach {
  std::string file;
};
struct Detach {};
struct Put {
  std::string file;
};
struct InGuest {
  std::string command; ///< for the guest's shell
};
struct Expect {
  std::string what; ///< "frames", or a counter
  uint64_t number;
};
struct Quit {};

using Command = std::variant<Nothing, Help, Send, SendCapture, Watch, SetWire, SaveCapture,
                             Counters, ChooseNic, Attach, Detach, Put, InGuest, Expect, Quit>;

/// Reads a line. Error: no such command, or not what it takes.
Result<Command> parse_command(std::string_view line);

/// The commands' names, in the order of the help.
std::vector<std::string> command_names();

/// All commands, a line each; or all about one. Error: no such command.
Result<std::string> help_on(const std::string &topic);

} // namespace verdict::playground
