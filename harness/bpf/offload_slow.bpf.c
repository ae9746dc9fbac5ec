// SPDX-License-Identifier: GPL-2.0-only
/* For a device whose verifier takes its time at instruction 0: that has to be verified twice. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
__attribute__((naked)) int slow(struct xdp_md *ctx)
{
	asm volatile("first: r0 = r1;"
		     "r1 = 0;"
		     "if r0 != 0 goto first;"
		     "exit;");
}

char _license[] SEC("license") = "GPL";
