// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/symbols.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "qemu/plugin/counters.h"

namespace verdict {

namespace {

/// The next word of a line, which is cut off it.
std::string_view word(std::string_view &line)
{
  constexpr std::string_view blank = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
  const std::string_view found = line.substr(0, line.find_first_of(blank));
  line.remove_prefix(found.size());
  return found;
}

bool is_function(std::string_view type)
{
  return type == "t" || type == "T" || type == "w" || type == "W";
}

enum class Area { user, kernel, modules };

Area area_of(uint64_t address)
{
  if (address >> 63 == 0)
    return Area::user;
  return address >= COST_MODULES_START && address < COST_MODULES_END ? Area::modules : Area::kernel;
}

/// Of several names for one address the one without dots and leading underscores is the best.
bool is_better(const Symbol &a, const Symbol &b)
{
  const auto key = [](const Symbol &symbol) {
    return std::tuple(symbol.name.find('.') != std::string::npos, symbol.name.starts_with("_"),
                      symbol.name.size(), symbol.name);
  };
  return key(a) < key(b);
}

} // namespace

Result<void> Symbols::add(std::string_view kallsyms)
{
  bool hidden = true;
  while (!kallsyms.empty()) {
    const std::string_view whole = kallsyms.substr(0, kallsyms.find('\n'));
    kallsyms.remove_prefix(std::min(whole.size() + 1, kallsyms.size()));
    std::string_view line = whole;
    const std::string_view address = word(line), type = word(line), name = word(line);
    std::string_view module = word(line);

    Symbol symbol{ .name = std::string(name) };
    const auto end = address.data() + address.size();
    const auto number = std::from_chars(address.data(), end, symbol.address, 16);
    if (number.ec != std::errc() || number.ptr != end || name.empty())
      return fail("not a line of /proc/kallsyms: " + std::string(whole));
    hidden = hidden && !symbol.address;
    if (!is_function(type))
      continue;
    if (module.size() > 2)
      symbol.module = module.substr(1, module.size() - 2);
    symbols_.push_back(std::move(symbol));
  }
  if (hidden)
    return fail("the guest's kernel hides its addresses (kptr_restrict)");
  sort();
  return {};
}

void Symbols::sort()
{
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol &a, const Symbol &b) {
    return a.address != b.address ? a.address < b.address : is_better(a, b);
  });
  const auto same = [](const Symbol &a, const Symbol &b) { return a.address == b.address; };
  symbols_.erase(std::unique(symbols_.begin(), symbols_.end(), same), symbols_.end());
}

Result<void> Symbols::add_mappings(std::string_view maps)
{
  for (const std::string &whole : split_lines(maps)) {
    std::string_view line = whole;
    const std::string_view range = word(line), rights = word(line);
    for (int skipped = 0; skipped < 3; skipped++)
      word(line);
    const std::string_view file = word(line);
    Symbol symbol{ .name = std::string(file.substr(file.rfind('/') + 1)), .module = "user" };
    const auto number =
        std::from_chars(range.data(), range.data() + range.size(), symbol.address, 16);
    if (number.ec != std::errc())
      return fail("not a line of /proc/PID/maps: " + whole);
    if (rights.find('x') != rights.npos && !file.empty())
      symbols_.push_back(std::move(symbol));
  }
  sort();
  return {};
}

const Symbol *Symbols::find(uint64_t address) const
{
  auto after =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](uint64_t value, const Symbol &symbol) { return value < symbol.address; });
  if (after == symbols_.begin())
    return nullptr;
  const Symbol &symbol = *std::prev(after);
  return area_of(address) == area_of(symbol.address) ? &symbol : nullptr;
}

uint64_t Symbols::address_of(std::string_view name, std::string_view module) const
{
  for (const Symbol &symbol : symbols_) {
    if (symbol.name == name && symbol.module == module)
      return symbol.address;
  }
  return 0;
}

} // namespace verdict
