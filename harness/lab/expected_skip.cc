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
  SkipReasons all{ .columns = TRY(load_columns()) };
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(kernel_directory, error))
    all.kernels.push_back(TRY(load_kernel_profile(entry.path().stem())));
  if (error)
    return fail(std::string(kernel_directory) + ": " + error.message());
  return all;
}

bool SkipReasons::expect(const std::string &test, const std::string &reason) const
{
  const std::string place = test.substr(test.rfind('/') + 1);
  const std::string name = place.substr(0, place.find('.'));
  const auto column = std::find_if(columns.begin(), columns.end(),
                                   [&](const Column &c) { return c.test_name() == name; });
  if (column == columns.end())
    return false;
  return gives(column->nics.front().cannot, reason) ||
         std::any_of(kernels.begin(), kernels.end(),
                     [&](const KernelProfile &kernel) { return gives(kernel.cannot, reason); });
}

} // namespace verdict
