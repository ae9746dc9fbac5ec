// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>

#include "base/deadline.h"
#include "base/result.h"
#include "guest/agent_client.h"
#include "lab/column.h"
#include "qemu/golden_image.h"
#include "qemu/splat_finder.h"

namespace verdict {

/// Where a run takes its parts from and puts its things. The kernel is by default the one that
/// scripts/setup has chosen, the image what scripts/guest-image makes of it. VERDICT_KERNEL names
/// another: "debug" is what scripts/kernel has put into out/kernel/debug, and its image; a path is
/// a kernel's file, with VERDICT_INITRD its image.
struct Places {
  std::filesystem::path out;    ///< "out", from the project's top
  std::filesystem::path kernel; ///< bzImage or vmlinux
  std::filesystem::path initrd;
  std::filesystem::path source;  ///< of Debian's kernel
  std::filesystem::path symbols; ///< below it are modules, and a kernel of our own, not stripped
  std::string kernel_name;       ///< "debug"; "" for the default
  std::string release;           ///< of the default kernel: "6.12.117+deb12-amd64"

  /// Where a test leaves its evidence; runs on different kernels do not meet.
  std::filesystem::path run() const;

  static Result<Places> find();
};

/// How many times as long as Debian's kernel the guest's may take for a frame, roughly: 1, or for a
/// kernel of our own what its checkers cost it.
unsigned slowness();

/// Tells the guest where the harness is, so that it never asks.
Result<void> add_neighbour(guest::Agent &agent, unsigned nic, const std::string &ifname);

/// Waits until an interface has its link and the stack can send. The kernel lets it up to a second
/// after the driver has told of the link, and drops what is sent before (net/core/link_watch.c,
/// noop_enqueue() in net/sched/sch_generic.c); XDP needs no such leave. Error: no link in time.
Result<void> until_link(guest::Agent &agent, const std::string &ifname);

/// After a poll in which there was work, an interface's interrupt stays off, and a timer starts the
/// next poll. After so many polls without work the interrupt is on again
/// (Documentation/networking/napi.rst, "Software IRQ coalescing").
Result<void> poll_by_timer(guest::Agent &agent, const std::string &ifname, milliseconds period,
                           unsigned empty_polls = 1000);

/// Takes that back: the interrupt is on again after the next poll, which a frame must start if the
/// timer is far off.
Result<void> poll_by_interrupt(guest::Agent &agent, const std::string &ifname);

/// Whether the guest's kernel can look for memory that it has lost.
bool has_kmemleak(guest::Agent &agent);

/// Whether the guest's kernel keeps a list of what is mapped for DMA: with CONFIG_DMA_API_DEBUG,
/// and until it lacks the memory for it (kernel/dma/debug.c).
bool lists_dma_mappings(guest::Agent &agent);

/// What a driver has mapped for DMA, a line each. Error: the kernel keeps no list.
Result<std::vector<std::string>> dma_mappings(guest::Agent &agent, const std::string &driver);

/// What kmemleak finds in the guest; empty if nothing, or if the guest's kernel has no kmemleak.
/// It does not report what is younger than five seconds, so this waits for that long.
Result<std::string> find_leaks(guest::Agent &agent);

/// What kernels complain of without cause.
const std::vector<SplatFinder::Rule> &false_alarms();

/// How a column's guest is made.
Result<GoldenSpec> golden_spec(const Column &column, const Places &places);

} // namespace verdict
