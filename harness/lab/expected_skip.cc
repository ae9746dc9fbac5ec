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

} // namespace

Result<SkipReasons> SkipReasons::load()
{
  SkipReasons all;
  for (const std::string_view kernel : kernels) {
    const auto on_kernel = TRY(load_columns(std::string(kernel)));
    all.columns.insert(all.columns.end(), on_kernel.begin(), on_kernel.end());
  }
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(kernel_directory, error))
    all.kernel_profiles.push_back(TRY(load_kernel_profile(entry.path().stem())));
  if (error)
    return fail(std::string(kernel_directory) + ": " + error.message());
  return all;
}

bool SkipReasons::expect(const std::string &test, const std::string &reason) const
{
  const std::string place = test.substr(test.rfind('/') + 1);
  const std::string name = place.substr(0, place.find('.'));
  bool is_column = false;
  for (const Column &column : columns) {
    if (column.test_name() != name)
      continue;
    if (gives(column.nics.front().cannot, reason))
      return true;
    is_column = true;
  }
  return is_column &&
         std::any_of(kernel_profiles.begin(), kernel_profiles.end(),
                     [&](const KernelProfile &kernel) { return gives(kernel.cannot, reason); });
}

} // namespace verdict
