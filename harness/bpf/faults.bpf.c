// SPDX-License-Identifier: GPL-2.0-only
/* Failures more to the point than those of Documentation/fault-injection, and time for what else
 * runs at the worst moment.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* include/linux/gfp_types.h: ___GFP_HIGH, ___GFP_KSWAPD_RECLAIM and ___GFP_NOWARN */
#define GFP_ATOMIC_NOWARN (0x20 | 0x800 | 0x2000)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} percent SEC(".maps");

/* So many of the pages that a page_pool asks for in a poll; nobody else asks for one page in just
 * this way.
 */
SEC("fmod_ret/should_fail_alloc_page")
int BPF_PROG(few_pool_pages, unsigned int gfp, unsigned int order, int ret)
{
	__u32 zero = 0, *wanted = bpf_map_lookup_elem(&percent, &zero);

	if (gfp != GFP_ATOMIC_NOWARN || order || !wanted)
		return ret;
	return bpf_get_prandom_u32() % 100 < *wanted;
}

static int until(__u32 round, void *end)
{
	return bpf_ktime_get_ns() >= *(__u64 *)end;
}

/* A preemptible kernel runs others meanwhile, on the same CPU too. */
static void linger(__u64 milliseconds)
{
	__u64 end = bpf_ktime_get_ns() + milliseconds * 1000000;
	int i;

	/* As many rounds as a loop may have take a second and a half. */
	for (i = 0; i < 16; i++)
		bpf_loop(1 << 23, until, &end, 0);
}

/* Longer than the driver's watchdog sleeps. */
SEC("fentry/napi_disable")
int BPF_PROG(slow_napi_disable)
{
	linger(2500);
	return 0;
}

/* Longer than QEMU negotiates a link. */
SEC("fentry/napi_enable")
int BPF_PROG(slow_napi_enable)
{
	linger(1000);
	return 0;
}

char _license[] SEC("license") = "GPL";
