// SPDX-License-Identifier: GPL-2.0-only
#include "playground/tally.h"

#include <fmt/format.h>

#include "base/text.h"
#include "packet/dissect.h"

namespace verdict::playground {

Counts growth(const Counts &before, const Counts &now)
{
  Counts grown;
  for (const auto &[name, value] : now) {
    const auto old = before.find(name);
    const uint64_t base = old == before.end() || old->second > value ? 0 : old->second;
    if (value != base)
      grown[name] = value - base;
  }
  return grown;
}

std::string describe_growth(const Counts &grown)
{
  std::vector<std::string> parts;
  for (const auto &[name, value] : grown)
    parts.push_back(fmt::format("{} +{}", name, value));
  return join(parts, ", ");
}

std::string describe_frames(const std::vector<Frame> &frames)
{
  constexpr size_t most = 10;
  std::string text;
  for (size_t i = 0; i < frames.size() && i < most; i++)
    text += "  " + summary(frames[i]) + "\n";
  if (frames.size() > most)
    text += fmt::format("  and {} more\n", frames.size() - most);
  return text;
}

} // namespace verdict::playground
