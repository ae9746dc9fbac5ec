// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace verdict::mutate {

/// How the kernel's build compiles a source file.
class Compiler {
public:
  /// Takes it from the line that kbuild leaves beside an object (".e1000_rx.o.cmd"). `directory` is
  /// where kbuild ran. Warnings do not count.
  static Result<Compiler> parse(std::string_view line, std::filesystem::path directory);

  /// What clang has to know to see the same program.
  std::vector<std::string> clang_options() const;

  /// Compiles a file to assembly language. With an error in it the result is what the compiler
  /// says. Files of `from` are looked for in `to`.
  Result<void> assemble(const std::string &source, const std::string &output,
                        const std::string &from, const std::string &to) const;

private:
  Result<void> run(std::vector<std::string> arguments, const std::string &messages) const;

  std::filesystem::path directory_;
  std::vector<std::string> arguments_; ///< the compiler and its options
};

/// A shell's words: quotes and backslashes are taken away.
std::vector<std::string> shell_words(std::string_view line);

} // namespace verdict::mutate
