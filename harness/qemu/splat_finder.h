// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace verdict {

/// A complaint of the kernel in its log.
struct Splat {
  size_t line;                        ///< in the log, from 1
  std::string text;                   ///< the line without its time stamp
  std::string reason;                 ///< what such a line means
  std::vector<std::string> functions; ///< the first five of its call trace: its fingerprint

  std::string fingerprint() const; ///< "e1000_clean < __napi_poll < ..."; the text without a trace
};

/// Finds splats in a kernel log. A complaint and the lines that belong to it, up to its end mark or
/// the next complaint of the same context, count as one.
class SplatFinder {
public:
  /// A regular expression (ECMAScript) for one line, and why it is looked for, or forgiven.
  struct Rule {
    std::string pattern;
    std::string reason;
  };

  /// Knows the kernel's complaints; `allowed` are lines that look like one and are harmless.
  explicit SplatFinder(const std::vector<Rule> &allowed = {});

  std::vector<Splat> find(std::string_view log) const;

  /// What every SplatFinder looks for.
  static const std::vector<Rule> &known();

private:
  struct Compiled {
    std::regex expression;
    std::string reason;
  };

  std::vector<Compiled> wanted_;
  std::vector<Compiled> allowed_;
};

/// One paragraph for people: each splat's line, reason and fingerprint. Empty without splats.
std::string describe(const std::vector<Splat> &splats);

} // namespace verdict
