// SPDX-License-Identifier: GPL-2.0-only
/* Programs of one verdict, for tools that load an object by themselves. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass_all(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int drop_all(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int tx_of_queue_0(struct xdp_md *ctx)
{
	return ctx->rx_queue_index ? XDP_DROP : XDP_TX;
}

SEC("xdp.frags")
int pass_all_frags(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
