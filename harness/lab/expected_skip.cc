// SPDX-License-Identifier: GPL-2.0-only
#include "lab/expected_skip.h"

#include <algorithm>
#include <filesystem>

namespace verdict {

namespace fs = std::filesystem;

namespace {

template <typename Reasons>
bool gives(const Reasons &reasons, const std::string &reason)
{
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const auto &pair) { return pair.second == reason; });
}

/// The kernel that harness/CMakeLists.txt runs the tests of a kind on.
std::string kernel_of(const std::string &kind)
{
  if (kind.empty())
    return "stable";
  if (kind == "storm")
    return "debug";
  return kind == "next-storm" ? "next-debug" : kind;
}

/// Budgets hold for one release of a kernel, and Debian has a newer one from time to time.
bool lacks_budgets(const std::string &test, const std::string &reason)
{
  return test.starts_with("Cost.") && reason.starts_with("the budgets in ");
}

} // namespace

Result<SkipReasons> SkipReasons::load()
{
  SkipReasons reasons;
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(kernel_directory, error)) {
    const KernelProfile kernel = TRY(load_kernel_profile(entry.path().stem()));
    reasons.all_.push_back({ kernel, TRY(load_columns(kernel.kernel)) });
  }
  if (error)
    return fail(std::string(kernel_directory) + ": " + error.message());
  return reasons;
}

bool SkipReasons::expect(const std::string &test, const std::string &reason) const
{
  if (lacks_budgets(test, reason))
    return true;
  const std::string place = test.substr(test.rfind('/') + 1);
  const size_t dot = place.find('.');
  const std::string name = place.substr(0, dot);
  const std::string kind = dot == place.npos ? "" : place.substr(dot + 1);
  const auto on = std::find_if(all_.begin(), all_.end(), [&](const OnKernel &one) {
    return one.kernel.name == kernel_of(kind);
  });
  if (on == all_.end())
    return false;
  const auto column = std::find_if(on->columns.begin(), on->columns.end(),
                                   [&](const Column &one) { return one.test_name() == name; });
  return column != on->columns.end() &&
         (gives(column->nics.front().cannot, reason) || gives(on->kernel.cannot, reason));
}

} // namespace verdict
