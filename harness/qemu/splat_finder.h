// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <re2/set.h>

namespace verdict {

/// A place in the kernel's code, as its traces name it: "e1000_clean+0x1f/0x70 [e1000]".
struct CodePlace {
  std::string function;
  uint64_t offset = 0; ///< from the function's beginning, bytes
  uint64_t size = 0;   ///< of the function, up to the next one; 0 if not known
  std::string module;  ///< "" for the kernel itself

  std::string text() const; ///< the form above
  bool operator==(const CodePlace &) const = default;
};

/// A complaint of the kernel in its log.
struct Splat {
  size_t line;        ///< in the log, from 1
  std::string text;   ///< the line without its time stamp
  std::string reason; ///< what such a line means
  /// Where it happened, and the first callers, at most five. What only reports (dump_stack, panic,
  /// exc_*) and what an NMI runs is left out.
  std::vector<CodePlace> places;

  std::string fingerprint() const; ///< "e1000_clean < __napi_poll < ..."; the text without a trace
};

/// Finds splats in a kernel log. A complaint and the lines that belong to it, up to its end mark or
/// the next complaint of the same context, count as one; so do an oops and the panic it ends in.
class SplatFinder {
public:
  /// A regular expression (RE2) for a part of a line, and why it is looked for, or forgiven.
  struct Rule {
    std::string pattern;
    std::string reason;
  };

  /// Knows the kernel's complaints; `allowed` are lines that look like one and are harmless.
  /// Throws std::invalid_argument for what is no regular expression.
  explicit SplatFinder(const std::vector<Rule> &allowed = {});

  std::vector<Splat> find(std::string_view log) const;

  /// What every SplatFinder looks for.
  static const std::vector<Rule> &known();

private:
  RE2::Set wanted_;
  RE2::Set allowed_;
};

/// One paragraph for people: each splat's line, reason and fingerprint. Empty without splats.
std::string describe(const std::vector<Splat> &splats);

} // namespace verdict
