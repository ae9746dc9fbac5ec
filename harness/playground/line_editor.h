// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace verdict::playground {

/// Reads lines from the terminal, with editing, a history, and completion of a line's first word.
class LineEditor {
public:
  explicit LineEditor(std::vector<std::string> words);
  ~LineEditor();

  /// Nothing for Ctrl-D and for the key that leads to the guest.
  std::optional<std::string> read(const std::string &prompt);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace verdict::playground
