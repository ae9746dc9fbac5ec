// SPDX-License-Identifier: GPL-2.0-only
#include "base/deadline.h"

#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace verdict {

namespace {

constexpr double for_ever = 1000;

std::atomic<unsigned> guest_slowness = 1;

constexpr const char *patience_variable = "VERDICT_PATIENCE";

double factor()
{
  return std::getenv("VERDICT_GDB") ? for_ever : chosen_patience().value_or(1);
}

/// How many are waiting for a core, on the average of the last minute.
double load_per_core()
{
  double load;
  if (::getloadavg(&load, 1) != 1)
    return 1.0;
  return load / std::max(std::thread::hardware_concurrency(), 1u);
}

} // namespace

Result<double> chosen_patience()
{
  const char *text = std::getenv(patience_variable);
  if (!text)
    return 1.0;
  const std::string_view all = text;
  double value = 0;
  const auto parsed = std::from_chars(all.data(), all.data() + all.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != all.data() + all.size() || !(value > 0) ||
      !std::isfinite(value))
    return fail(std::string(patience_variable) + " is \"" + text +
                "\"; it is the factor by which everything is waited for longer: a number above 0");
  return value;
}

milliseconds scaled(milliseconds limit)
{
  const double slowness = std::max<double>(guest_slowness, load_per_core());
  return std::chrono::ceil<milliseconds>(limit * (factor() * slowness));
}

void set_guest_slowness(unsigned slowness)
{
  guest_slowness = slowness;
}

} // namespace verdict
