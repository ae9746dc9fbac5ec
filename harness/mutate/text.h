// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verdict::mutate {

/// C source on one line: white space between tokens becomes one blank, comments go.
std::string squeeze(std::string_view source);

/// Is every bracket in a piece of C source closed in it?
bool is_balanced(std::string_view source);

bool is_identifier(std::string_view text);

/// The parts of a call, "f(a, b)".
struct Call {
  std::string_view function;
  std::vector<std::string_view> arguments; ///< without white space around them
};

/// A call or the use of a macro, if the text is that as a whole.
std::optional<Call> parse_call(std::string_view source);

} // namespace verdict::mutate
