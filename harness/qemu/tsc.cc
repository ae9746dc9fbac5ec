// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/tsc.h"

#include <chrono>
#include <cmath>
#include <thread>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

namespace verdict {

#ifdef __x86_64__

namespace {

using Clock = std::chrono::steady_clock;

/// The counter and the clock at one moment.
struct Moment {
  uint64_t ticks;
  Clock::time_point time;
};

/// Of several readings the one in which the least time went by between counter and clock: in the
/// others this process may have lost its CPU.
Moment now()
{
  Moment best{};
  uint64_t least = UINT64_MAX;
  for (int i = 0; i < 16; i++) {
    const uint64_t before = __rdtsc();
    const Clock::time_point time = Clock::now();
    const uint64_t took = __rdtsc() - before;
    if (took < least) {
      least = took;
      best = { before + took / 2, time };
    }
  }
  return best;
}

unsigned measure()
{
  const Moment begin = now();
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const Moment end = now();
  const std::chrono::duration<double, std::milli> spent = end.time - begin.time;
  const double khz = static_cast<double>(end.ticks - begin.ticks) / spent.count();
  return static_cast<unsigned>(std::lround(khz / 1000)) * 1000;
}

} // namespace

unsigned host_tsc_khz()
{
  static const unsigned khz = measure();
  return khz;
}

#else

unsigned host_tsc_khz()
{
  return 0;
}

#endif

} // namespace verdict
