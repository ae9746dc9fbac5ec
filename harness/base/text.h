// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace verdict {

/// Lines of a text without their line ends; no empty line after the last line end.
std::vector<std::string> split_lines(std::string_view text);

/// Parts with separator between them.
std::string join(const std::vector<std::string> &parts, std::string_view separator);

/// "1 frame", "2 frames": a number with its noun.
std::string count_of(size_t number, std::string_view noun);

/// A word for the shell, in single quotes.
std::string shell_word(std::string_view word);

} // namespace verdict
