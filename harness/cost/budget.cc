// SPDX-License-Identifier: GPL-2.0-only
#include "cost/budget.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace verdict::cost {

using nlohmann::ordered_json;

namespace {

/// Functions that a message names.
constexpr size_t named = 5;
/// Less than this is not worth a line, in the file and in a message.
constexpr double notable = 1;
/// Once in so many frames something is due that has nothing to do with them.
constexpr double stray_accesses = 0.005;

/// To so many parts of one.
double rounded(double value, double parts)
{
  return std::round(value * parts) / parts;
}

double change(double from, double to)
{
  return from > 0 ? (to - from) / from : (to > 0 ? 1 : 0);
}

struct Change {
  std::string function;
  double from = 0, to = 0;

  double by() const { return to - from; }
};

/// The functions that changed most in the direction of `sign`.
std::vector<Change> changes(const Budget &budget, const Measurement &measurement, double sign)
{
  std::map<std::string, Change> all;
  for (const FunctionCost &function : budget.functions)
    all[function.name] = { function.name, function.instructions, 0 };
  for (const FunctionCost &function : measurement.functions) {
    Change &change = all[function.name];
    change.function = function.name;
    change.to = function.instructions;
  }
  std::vector<Change> sorted;
  for (const auto &[name, change] : all) {
    if (sign * change.by() >= notable)
      sorted.push_back(change);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [sign](const Change &a, const Change &b) {
    return sign * a.by() > sign * b.by();
  });
  sorted.resize(std::min(sorted.size(), named));
  return sorted;
}

std::string registers_of(const Measurement &measurement)
{
  std::string text;
  for (const auto &[where, sum] : measurement.registers) {
    if (sum.reads + sum.writes > stray_accesses)
      text += fmt::format("    {} 0x{:x}: {:.3f} writes, {:.3f} reads\n", where.device,
                          where.offset, sum.writes, sum.reads);
  }
  return text;
}

} // namespace

Budget budget_of(const Measurement &measurement)
{
  Budget budget{ .system = measurement.system,
                 .path = measurement.path,
                 .instructions = rounded(measurement.instructions, 10),
                 .accesses = rounded(measurement.reads + measurement.writes, 1000) };
  for (const FunctionCost &function : measurement.functions) {
    if (function.instructions < notable)
      break;
    budget.functions.push_back(
        { .name = function.name, .instructions = rounded(function.instructions, 10) });
  }
  return budget;
}

std::string write_budgets(const Budgets &budgets)
{
  ordered_json paths = ordered_json::array();
  for (const Budget &budget : budgets.paths) {
    ordered_json functions = ordered_json::object();
    for (const FunctionCost &function : budget.functions)
      functions[function.name] = function.instructions;
    paths.push_back({ { "system", budget.system },
                      { "path", budget.path },
                      { "instructions", budget.instructions },
                      { "register accesses", budget.accesses },
                      { "functions", functions } });
  }
  const ordered_json file{ { "license", "SPDX-License-Identifier: GPL-2.0-only" },
                           { "kernel", budgets.kernel },
                           { "paths", paths } };
  return file.dump(2) + "\n";
}

Result<Budgets> read_budgets(const std::string &text)
{
  try {
    const auto file = ordered_json::parse(text);
    Budgets budgets{ .kernel = file.at("kernel") };
    for (const auto &path : file.at("paths")) {
      Budget budget{ .system = path.at("system"),
                     .path = path.at("path"),
                     .instructions = path.at("instructions"),
                     .accesses = path.at("register accesses") };
      for (const auto &[name, instructions] : path.at("functions").items())
        budget.functions.push_back({ .name = name, .instructions = instructions });
      budgets.paths.push_back(std::move(budget));
    }
    return budgets;
  } catch (const nlohmann::json::exception &e) {
    return fail(std::string("no file of budgets: ") + e.what());
  }
}

const Budget *find(const Budgets &budgets, const std::string &system, const std::string &path)
{
  for (const Budget &budget : budgets.paths) {
    if (budget.system == system && budget.path == path)
      return &budget;
  }
  return nullptr;
}

Comparison compare(const Budget &budget, const Measurement &measurement)
{
  const double accesses = measurement.reads + measurement.writes;
  const double grown = change(budget.instructions, measurement.instructions);
  const bool slower = grown > allowed_growth;
  const bool chattier = accesses > budget.accesses * (1 + allowed_growth) + stray_accesses;
  Comparison result{ .broken = slower || chattier, .shrunk = !chattier && grown < -allowed_growth };

  result.text =
      fmt::format("{}: {}: {:.1f} -> {:.1f} instructions a frame ({:+.1f} %)", budget.system,
                  budget.path, budget.instructions, measurement.instructions, 100 * grown);
  if (chattier || std::abs(accesses - budget.accesses) > stray_accesses)
    result.text += fmt::format(", {:.3f} -> {:.3f} register accesses", budget.accesses, accesses);
  result.text += "\n";
  if (slower || result.shrunk) {
    for (const Change &change : changes(budget, measurement, slower ? 1 : -1))
      result.text += fmt::format("  {:+9.1f}  {} ({:.1f} -> {:.1f})\n", change.by(),
                                 change.function, change.from, change.to);
  }
  if (chattier)
    result.text += "  register accesses are now\n" + registers_of(measurement);
  return result;
}

} // namespace verdict::cost
