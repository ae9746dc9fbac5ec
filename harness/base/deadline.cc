// SPDX-License-Identifier: GPL-2.0-only
#include "base/deadline.h"

#include <atomic>
#include <cstdlib>
#include <thread>

namespace verdict {

namespace {

constexpr double for_ever = 1000;

std::atomic<unsigned> guest_slowness = 1;

double patience()
{
  if (std::getenv("VERDICT_GDB"))
    return for_ever;
  const char *factor = std::getenv("VERDICT_PATIENCE");
  const double value = factor ? std::atof(factor) : 1;
  return value > 0 ? value : 1;
}

/// How many are waiting for a core, on the average of the last minute.
double load_per_core()
{
  double load;
  if (::getloadavg(&load, 1) != 1)
    return 1;
  return load / std::max(std::thread::hardware_concurrency(), 1u);
}

} // namespace

milliseconds scaled(milliseconds limit)
{
  const double slowness = std::max<double>(guest_slowness, load_per_core());
  return std::chrono::ceil<milliseconds>(limit * (patience() * slowness));
}

void set_guest_slowness(unsigned slowness)
{
  guest_slowness = slowness;
}

} // namespace verdict
