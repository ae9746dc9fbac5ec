// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/columns.h"

#include <algorithm>

#include "base/environment.h"
#include "lab/places.h"

namespace verdict {

namespace {

std::vector<Column> all_columns;
KernelProfile the_kernel;

} // namespace

Result<void> load_profiles()
{
  the_kernel = TRY(chosen_kernel_profile());
  all_columns = TRY(load_columns(the_kernel.kernel));
  return {};
}

std::vector<Column> columns_of(Suite suite)
{
  std::vector<Column> chosen;
  std::copy_if(all_columns.begin(), all_columns.end(), std::back_inserter(chosen),
               [&](const Column &column) { return column.suites.contains(suite); });
  return chosen;
}

const KernelProfile &kernel()
{
  return the_kernel;
}

bool tries_skips()
{
  return is_set("VERDICT_TRY_SKIPS");
}

} // namespace verdict
