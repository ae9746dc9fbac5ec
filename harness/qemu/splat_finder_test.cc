// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/splat_finder.h"

#include <gmock/gmock.h>

#include "tests/golden.h"

namespace verdict {

namespace {

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
  EXPECT_EQ(splats[0].fingerprint(),
            "pool_put < ring_recycle < nic_clean_rx < nic_poll.constprop.0 < napi_loop");
  EXPECT_EQ(splats[0].places[0], (CodePlace{ "pool_put", 0x3a, 0x90, "" }));
  EXPECT_EQ(splats[0].places[1].text(), "ring_recycle+0x12/0x40 [xdp_ring]");
}

TEST(SplatFinder, KnowsAWarningAsEachKernelWritesIt)
{
  for (const char *line : { "WARNING: CPU: 0 PID: 70 at kernel/dma/direct.h:105 f+0x1/0x2",
                            "WARNING: kernel/dma/direct.c:718 at f+0x1/0x2, CPU#0: agent/70" }) {
    const auto splats = SplatFinder().find(line);
    ASSERT_THAT(splats, SizeIs(1));
    EXPECT_EQ(splats[0].reason, "a WARN_ON in the kernel");
  }
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
  EXPECT_EQ(splats[0].fingerprint(), "some_function");
}

// The registers stand before the trace, and the trace begins with how the exception was reported.
constexpr std::string_view oops = R"(
[    4.000001] BUG: kernel NULL pointer dereference, address: 0000000000000010
[    4.000002] #PF: supervisor write access in kernel mode
[    4.000003] Oops: Oops: 0002 [#1] PREEMPT SMP
[    4.000004] CPU: 0 UID: 0 PID: 1 Comm: agent Tainted: G           O
[    4.000005] RIP: 0010:nic_flush+0x1f/0x70 [e1000]
[    4.000006] Code: 55 53 48 89
[    4.000007] RSP: 0018:ffffc90000003e40 EFLAGS: 00010246
[    4.000008] Call Trace:
[    4.000009]  <IRQ>
[    4.000010]  ? __die+0x23/0x70
[    4.000011]  ? exc_page_fault+0x77/0x170
[    4.000012]  ? nic_flush+0x1f/0x70 [e1000]
[    4.000013]  nic_clean_rx+0x1ff/0x700 [e1000]
[    4.000014]  </IRQ>
[    4.000015]  <TASK>
[    4.000016]  asm_common_interrupt+0x26/0x40
[    4.000017] RIP: 0033:0x7f0000001234
[    4.000018]  </TASK>
[    4.000019] ---[ end trace 0000000000000000 ]---
[    4.000020] RIP: 0010:nic_flush+0x1f/0x70 [e1000]
[    4.000021] Kernel panic - not syncing: Fatal exception in interrupt
)";

TEST(SplatFinder, NamesTheFunctionOfAnOopsAndNotItsReporters)
{
  const auto splats = SplatFinder().find(oops);
  ASSERT_THAT(splats, SizeIs(1)) << "exception, oops and panic are one";
  EXPECT_EQ(splats[0].text, "BUG: kernel NULL pointer dereference, address: 0000000000000010");
  EXPECT_EQ(splats[0].fingerprint(), "nic_flush < nic_clean_rx < asm_common_interrupt");
  EXPECT_EQ(splats[0].places[0].text(), "nic_flush+0x1f/0x70 [e1000]");
}

TEST(SplatFinder, NamesTheFunctionOfAnOopsOnArm64)
{
  const auto splats = SplatFinder().find(R"(
[    4.000001] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
[    4.000002] Mem abort info:
[    4.000003] Internal error: Oops: 0000000096000044 [#1] SMP
[    4.000004] CPU: 0 UID: 0 PID: 1 Comm: agent Tainted: G           O
[    4.000005] pstate: 60000005 (nZCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)
[    4.000006] pc : nic_flush+0x1f/0x70 [e1000]
[    4.000007] lr : some_function_called_before+0x1ff/0x700 [e1000]
[    4.000008] Call trace:
[    4.000009]  nic_flush+0x1f/0x70 [e1000]
[    4.000010]  nic_clean_rx+0x1ff/0x700 [e1000]
[    4.000011]  el1h_64_irq+0x64/0x68
[    4.000012] Code: f9400000 d503201f
[    4.000013] ---[ end trace 0000000000000000 ]---
[    4.000014] Kernel panic - not syncing: Oops: Fatal exception in interrupt
)");
  ASSERT_THAT(splats, SizeIs(1)) << "exception, oops and panic are one";
  EXPECT_EQ(splats[0].fingerprint(), "nic_flush < nic_clean_rx < el1h_64_irq");
}

TEST(SplatFinder, NamesWhereAHangWasAndNotTheNmi)
{
  const auto splats = SplatFinder().find(R"(
[    9.000001] Kernel panic - not syncing: NMI: Not continuing
[    9.000002] CPU: 0 UID: 0 PID: 1 Comm: agent Tainted: G           O
[    9.000003] Call Trace:
[    9.000004]  <NMI>
[    9.000005]  panic+0x35b/0x390
[    9.000006]  nmi_panic.cold+0xc/0xc
[    9.000007]  unknown_nmi_error+0x96/0xc0
[    9.000008]  exc_nmi+0xca/0x120
[    9.000009]  some_helper_of_the_handler+0xca/0x120
[    9.000010] RIP: 0010:nic_flush+0x44/0x70 [e1000]
[    9.000011] Code: eb fe
[    9.000012]  </NMI>
[    9.000013]  <IRQ>
[    9.000014]  nic_flush+0x44/0x70 [e1000]
[    9.000015]  nic_clean_rx+0x1ff/0x700 [e1000]
[    9.000016]  </IRQ>
[    9.000017] ---[ end Kernel panic - not syncing: NMI: Not continuing ]---
)");
  ASSERT_THAT(splats, SizeIs(1));
  EXPECT_EQ(splats[0].fingerprint(), "nic_flush < nic_clean_rx");
}

TEST(SplatFinder, LeavesOutWhereTheMemoryOfKasanCameFrom)
{
  const auto splats = SplatFinder().find(R"(
[    5.000001] BUG: KASAN: slab-use-after-free in nic_flush+0x44/0x70 [e1000]
[    5.000002] Call Trace:
[    5.000003]  dump_stack_lvl+0x5d/0x80
[    5.000004]  print_report+0xcf/0x5e0
[    5.000005]  kasan_report+0xb5/0xe0
[    5.000006]  nic_flush+0x44/0x70 [e1000]
[    5.000007] Allocated by task 1:
[    5.000008]  kasan_save_stack+0x20/0x40
[    5.000009]  somebody_else+0x20/0x40
)");
  ASSERT_THAT(splats, SizeIs(1));
  EXPECT_EQ(splats[0].fingerprint(), "nic_flush");
}

TEST(SplatFinder, APanicWithoutAnOopsIsAComplaint)
{
  EXPECT_THAT(SplatFinder().find("Kernel panic - not syncing: Fatal exception in interrupt\n"),
              SizeIs(1));
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
