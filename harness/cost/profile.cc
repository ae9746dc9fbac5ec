// SPDX-License-Identifier: GPL-2.0-only
#include "cost/profile.h"

#include <algorithm>
#include <map>

namespace verdict::cost {

namespace {

bool is_user(uint64_t address)
{
  return address >> 63 == 0;
}

} // namespace

const char *to_string(Range range)
{
  switch (range) {
  case Range::driver:
    return "driver";
  case Range::xdp_ring:
    return "xdp_ring";
  case Range::bpf:
    return "BPF";
  case Range::page_pool:
    return "page_pool";
  case Range::kernel:
    return "kernel";
  case Range::user:
    return "user";
  }
  return "?";
}

Range range_of(const Symbol *symbol, const std::string &driver)
{
  if (!symbol || symbol->module == "user")
    return Range::user;
  if (!driver.empty() && symbol->module == driver)
    return Range::driver;
  if (symbol->module == "xdp_ring")
    return Range::xdp_ring;
  if (symbol->module == "bpf")
    return Range::bpf;
  if (!symbol->module.empty())
    return Range::kernel;
  if (symbol->name.starts_with("bpf_dispatcher_"))
    return Range::bpf;
  if (symbol->name.starts_with("page_pool_") || symbol->name.starts_with("__page_pool_"))
    return Range::page_pool;
  return Range::kernel;
}

std::vector<FunctionCost> profile(const Counts &counts, const Symbols &symbols,
                                  const std::string &driver)
{
  static const Symbol unknown{ .name = "(no symbol)" };
  std::map<const Symbol *, double> sums;
  for (const auto &[address, count] : counts.instructions) {
    const Symbol *symbol = symbols.find(address);
    sums[symbol || is_user(address) ? symbol : &unknown] += count;
  }

  std::vector<FunctionCost> functions;
  for (const auto &[symbol, instructions] : sums) {
    std::string name = symbol ? symbol->name : "(user space)";
    if (symbol && !symbol->module.empty())
      name += " [" + symbol->module + "]";
    functions.push_back({ name, range_of(symbol, driver), instructions });
  }
  std::sort(functions.begin(), functions.end(), [](const auto &a, const auto &b) {
    return a.instructions != b.instructions ? a.instructions > b.instructions : a.name < b.name;
  });
  return functions;
}

double total(const std::vector<FunctionCost> &functions)
{
  double sum = 0;
  for (const FunctionCost &function : functions)
    sum += function.instructions;
  return sum;
}

double total(const std::vector<FunctionCost> &functions, Range range)
{
  double sum = 0;
  for (const FunctionCost &function : functions)
    sum += function.range == range ? function.instructions : 0;
  return sum;
}

} // namespace verdict::cost
