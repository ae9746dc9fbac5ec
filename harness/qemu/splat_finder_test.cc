// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/splat_finder.h"

#include <gmock/gmock.h>

#include "tests/golden.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The texts here imitate the form of the kernel's messages; functions and numbers are made up.
constexpr std::string_view quiet_log = R"(
[    0.000000] Linux version 6.12.0 (builder@example) #1 SMP
[    0.010000] Command line: console=ttyS0 panic=-1
[    0.100000] debug: unmapping init memory
[    0.200000] e1000: Intel(R) PRO/1000 Network Driver
[    0.300000] e1000 0000:00:10.0 eth0: (PCI:33MHz:32-bit) 52:54:00:00:00:00
[    0.400000] clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x1cd42e4dffb
[    0.500000] pci 0000:00:01.3: quirk: [io  0xb100-0xb10f] claimed by PIIX4 SMB
)";

constexpr std::string_view warning = R"(
[    3.000001] ------------[ cut here ]------------
[    3.000002] WARNING: CPU: 0 PID: 17 at net/core/made_up.c:33 pool_put+0x3a/0x90
[    3.000003] Modules linked in: e1000 xdp_ring
[    3.000004] RIP: 0010:pool_put+0x3a/0x90
[    3.000005] Call Trace:
[    3.000006]  <IRQ>
[    3.000007]  ? show_regs+0x10/0x20
[    3.000008]  ring_recycle+0x12/0x40 [xdp_ring]
[    3.000009]  nic_clean_rx+0x1ff/0x700 [e1000]
[    3.000010]  nic_poll.constprop.0+0x55/0x100 [e1000]
[    3.000011]  napi_loop+0x22/0x200
[    3.000012]  softirq_run+0xd0/0x2c0
[    3.000013]  irq_leave+0x70/0x90
[    3.000014]  </IRQ>
[    3.000015] ---[ end trace 0000000000000000 ]---
)";

TEST(SplatFinder, SaysNothingOfAQuietLog)
{
  EXPECT_THAT(SplatFinder().find(quiet_log), IsEmpty());
  EXPECT_THAT(SplatFinder().find(""), IsEmpty());
}

TEST(SplatFinder, TakesAWarningAndItsTraceAsOne)
{
  const auto splats = SplatFinder().find(std::string(quiet_log) + std::string(warning));
  ASSERT_THAT(splats, SizeIs(1));
  EXPECT_EQ(splats[0].line, 11u);
  EXPECT_EQ(splats[0].text, "WARNING: CPU: 0 PID: 17 at net/core/made_up.c:33 pool_put+0x3a/0x90");
  EXPECT_THAT(splats[0].functions, ElementsAre("ring_recycle", "nic_clean_rx",
                                               "nic_poll.constprop.0", "napi_loop", "softirq_run"));
  EXPECT_EQ(splats[0].fingerprint(),
            "ring_recycle < nic_clean_rx < nic_poll.constprop.0 < napi_loop < softirq_run");
}

TEST(SplatFinder, TellsTwoSplatsApart)
{
  const auto splats = SplatFinder().find(std::string(warning) + std::string(warning));
  ASSERT_THAT(splats, SizeIs(2));
  EXPECT_EQ(splats[0].fingerprint(), splats[1].fingerprint());
}

TEST(SplatFinder, ForgivesWhatIsAllowedWithItsTrace)
{
  const std::vector<SplatFinder::Rule> allowed{ { R"(at net/core/made_up\.c:33)", "harmless" } };
  EXPECT_THAT(SplatFinder(allowed).find(warning), IsEmpty());
  // But not what comes after it.
  const std::string more = std::string(warning) + "[ 4.0] Call Trace:\n[ 4.0]  f+0x1/0x2\n";
  EXPECT_THAT(SplatFinder(allowed).find(more), SizeIs(1));
}

TEST(SplatFinder, FindsATraceWithoutAKnownComplaint)
{
  const auto splats = SplatFinder().find("[ 1.0] something new went wrong\n"
                                         "[ 1.0] Call Trace:\n"
                                         "[ 1.0]  some_function+0x1/0x2\n");
  ASSERT_THAT(splats, SizeIs(1));
  EXPECT_THAT(splats[0].functions, ElementsAre("some_function"));
}

TEST(SplatFinder, UnderstandsLinesWithACallerOrWithoutAStamp)
{
  EXPECT_EQ(SplatFinder().find("[    1.000000][   T42] kernel BUG at mm/x.c:1!\n")[0].text,
            "kernel BUG at mm/x.c:1!");
  EXPECT_EQ(SplatFinder().find("kernel BUG at mm/x.c:1!\n")[0].text, "kernel BUG at mm/x.c:1!");
}

TEST(SplatFinder, FindsEveryKindOfComplaint)
{
  for (const char *line : {
           "WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2",
           "WARNING: possible circular locking dependency detected",
           "WARNING: possible recursive locking detected",
           "WARNING: inconsistent lock state",
           "WARNING: suspicious RCU usage",
           "BUG: KASAN: slab-use-after-free in f+0x1/0x2",
           "BUG: KFENCE: out-of-bounds read in f+0x1/0x2",
           "BUG: unable to handle page fault for address: ffff888000000000",
           "BUG: kernel NULL pointer dereference, address: 0000000000000008",
           "BUG: scheduling while atomic: agent/1/0x00000100",
           "BUG: sleeping function called from invalid context at mm/page_alloc.c:1",
           "BUG: Bad page state in process agent  pfn:01234",
           "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!",
           "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [agent:1]",
           "kernel BUG at mm/page_alloc.c:1!",
           "UBSAN: array-index-out-of-bounds in net/x.c:1:2",
           "Oops: 0000 [#1] PREEMPT SMP",
           "Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
           "general protection fault, probably for non-canonical address 0xdead000000000108",
           "Unable to handle kernel paging request at virtual address 0",
           "divide error: 0000 [#1]",
           "Kernel panic - not syncing: Fatal exception in interrupt",
           "INFO: task agent:1 blocked for more than 120 seconds.",
           "rcu: INFO: rcu_sched self-detected stall on CPU",
           "INFO: rcu_sched self-detected stall on CPU",
           "INFO: trying to register non-static key.",
           "DMA-API: e1000 0000:00:10.0: device driver frees DMA memory with wrong function",
           "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
           "page_pool_release_retry() stalled pool shutdown: id 3, 12 inflight 60 sec",
           "NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out 5000 ms",
           "e1000 0000:00:10.0 eth0: Detected Tx Unit Hang",
           "unregister_netdevice: waiting for eth0 to become free. Usage count = 2",
           "refcount_t: underflow; use-after-free.",
           "list_add corruption. prev->next should be next",
           "list_del corruption, ffff888000000000->next is LIST_POISON1",
           "ODEBUG: free active (active state 0) object type: timer_list",
           "skbuff: skb_over_panic: text:0 len:1 put:1",
           "agent[17]: segfault at 0 ip 0 sp 0 error 4",
       }) {
    SCOPED_TRACE(line);
    EXPECT_THAT(SplatFinder().find("[    1.000000] " + std::string(line) + "\n"), SizeIs(1));
  }
}

TEST(SplatFinder, DescribesForPeople)
{
  expect_golden("splats", describe(SplatFinder().find(
                              std::string(warning) +
                              "[    9.000000] unregister_netdevice: waiting for eth0 to become "
                              "free. Usage count = 2\n")));
}

} // namespace

} // namespace verdict
