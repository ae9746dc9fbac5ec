// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/group.h"

#include <algorithm>

#include "base/text.h"

namespace verdict::mutants {

std::string choice(const Group &group)
{
  if (group.empty())
    return "0";
  std::vector<std::string> numbers;
  for (const Mutant *mutant : group)
    numbers.push_back(std::to_string(mutant->id));
  return join(numbers, ",");
}

std::vector<Group> deal(const Group &mutants, size_t most)
{
  std::vector<Group> groups;
  for (const Mutant *mutant : mutants) {
    const auto is_near = [&](const Mutant *other) { return other->place() == mutant->place(); };
    const auto takes = [&](const Group &group) {
      return group.size() < most && std::none_of(group.begin(), group.end(), is_near);
    };
    const auto at = std::find_if(groups.begin(), groups.end(), takes);
    if (at == groups.end())
      groups.push_back({ mutant });
    else
      at->push_back(mutant);
  }
  return groups;
}

std::vector<Group> halves(const Group &group)
{
  const auto middle = group.begin() + static_cast<ptrdiff_t>(group.size() / 2);
  return { Group(group.begin(), middle), Group(middle, group.end()) };
}

} // namespace verdict::mutants
