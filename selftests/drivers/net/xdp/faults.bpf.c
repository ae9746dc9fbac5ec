// SPDX-License-Identifier: GPL-2.0-only
/* Failures more to the point than those of Documentation/fault-injection. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* ___GFP_DMA32 in include/linux/gfp_types.h */
#define GFP_DMA32 0x4

/* No page for a device that reaches 4 GiB only; nobody else asks for such. */
SEC("fmod_ret/should_fail_alloc_page")
int BPF_PROG(no_page_below_4g, unsigned int gfp, unsigned int order, int ret)
{
	return gfp & GFP_DMA32 ? 1 : ret;
}

char _license[] SEC("license") = "GPL";
