// SPDX-License-Identifier: GPL-2.0-only
/* One verdict each, and nothing that is not needed for it: what they cost is the driver's. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

static __always_inline int swap_and_return(struct xdp_md *ctx, int action)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ethhdr old;

	if ((void *)(eth + 1) > end)
		return XDP_ABORTED;
	old = *eth;
	__builtin_memcpy(eth->h_dest, old.h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
	return action;
}

#define VERDICT(name, result)			\
	SEC("xdp")				\
	int name(struct xdp_md *ctx)		\
	{					\
		return result;			\
	}					\
						\
	SEC("xdp.frags")			\
	int name ## _frags(struct xdp_md *ctx)	\
	{					\
		return result;			\
	}

VERDICT(drop, XDP_DROP)
VERDICT(pass, XDP_PASS)
VERDICT(aborted, XDP_ABORTED)
VERDICT(tx, swap_and_return(ctx, XDP_TX))
VERDICT(redirect, bpf_redirect_map(&target, 0, 0))
VERDICT(socket, bpf_redirect_map(&sockets, 0, 0))

SEC("tc")
int tc_drop(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
