// SPDX-License-Identifier: GPL-2.0-only
#include "lab/kmemleak.h"

#include <thread>

#include "base/deadline.h"

namespace verdict {

namespace {

constexpr const char *kmemleak = "/sys/kernel/debug/kmemleak";

/// kmemleak leaves alone what is younger (MSECS_MIN_AGE in mm/kmemleak.c).
constexpr milliseconds min_age{ 5000 };

constexpr milliseconds scan_timeout{ 120000 };

/// Twice, as an object is a leak only if nothing pointed to it both times.
Result<void> scan(guest::Agent &agent)
{
  std::this_thread::sleep_for(min_age);
  for (int i = 0; i < 2; i++) {
    // The write returns when the scan is done.
    TRY(agent.call("write", { { "path", kmemleak }, { "data", "scan" } }, scan_timeout));
  }
  return {};
}

} // namespace

bool has_kmemleak(guest::Agent &agent)
{
  return agent.read(kmemleak).has_value();
}

Result<std::string> find_leaks(guest::Agent &agent)
{
  if (!has_kmemleak(agent))
    return std::string();
  TRY(scan(agent));
  return agent.read(kmemleak);
}

Result<void> forget_leaks(guest::Agent &agent)
{
  if (!has_kmemleak(agent))
    return {};
  TRY(scan(agent));
  return agent.write(kmemleak, "clear");
}

} // namespace verdict
