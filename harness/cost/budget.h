// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "cost/measure.h"

namespace verdict::cost {

/// What a path may cost, and what it was made up of when that was written down.
struct Budget {
  std::string system, path;
  double instructions = 0;
  double accesses = 0;                 ///< of the NICs' registers
  std::vector<FunctionCost> functions; ///< those of an instruction and more, without ranges
};

/// Budgets, which hold for one release of the kernel: another one's functions are others.
struct Budgets {
  std::string kernel;
  std::vector<Budget> paths;
};

/// How much a path may grow before its budget is broken.
inline constexpr double allowed_growth = 0.03;

/// The budget that a measurement makes.
Budget budget_of(const Measurement &measurement);

/// The file's content, and back. Error: not what write_budgets() makes.
std::string write_budgets(const Budgets &budgets);
Result<Budgets> read_budgets(const std::string &text);

/// The budget of a path; null if it has none.
const Budget *find(const Budgets &budgets, const std::string &system, const std::string &path);

/// How a measurement stands to its budget.
struct Comparison {
  bool broken = false;
  bool shrunk = false; ///< by as much as it might have grown: the budget should be lowered
  std::string text;    ///< for people; names the functions that changed most
};

Comparison compare(const Budget &budget, const Measurement &measurement);

} // namespace verdict::cost
