// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace verdict {

/// How fast this machine's time stamp counter counts (kHz, rounded to 1000), measured once in each
/// process; 0 where there is none. Under TCG a guest's RDTSC reads it (QEMU: cpu_get_host_ticks()).
/// Blocks for some milliseconds the first time.
unsigned host_tsc_khz();

} // namespace verdict
