// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/code_map.h"
#include "lab/places.h"
#include "qemu/splat_finder.h"

namespace verdict {

/// Lines of source for places in the kernel's code: those of this project's modules, and on a
/// kernel of our own those of all of it. By the kernel's scripts/faddr2line and the files before
/// they were stripped.
class SourceLines {
public:
  /// `code` is where CodeMap::record() has written; it is read when it is needed.
  SourceLines(Places places, std::filesystem::path code)
      : places_(std::move(places)), code_(std::move(code))
  {
  }

  /// "drivers/net/ethernet/intel/e1000/e1000_xdp.c:316", from the project's top; of inlined
  /// functions the innermost. Error: why there is none. With VERDICT_LINES=0 none is looked up, as
  /// each takes seconds.
  Result<std::string> of(const CodePlace &place);

  /// The file with a module's symbols and line numbers, or the kernel's ("").
  Result<std::filesystem::path> file_of(const std::string &module);

  const Result<CodeMap> &map();

private:
  Places places_;
  std::filesystem::path code_;
  std::optional<Result<CodeMap>> map_;
  std::map<std::string, Result<std::string>> known_; // by the place's text
};

/// The line in what faddr2line prints: "PLACE:\nFUNCTION at PATH:LINE\n (inlined by) ...".
Result<std::string> parse_faddr2line(std::string_view output);

/// For people: a splat's line and reason, and of each place the function and its line of source.
std::string explain(const Splat &splat, SourceLines *lines);

} // namespace verdict
