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
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 *dest = data, *source = data + ETH_ALEN, address;
	__u16 *dest_end = data + 4, *source_end = data + ETH_ALEN + 4;
	__u16 address_end;

	if (data + ETH_HLEN > end)
		return XDP_ABORTED;
	/* In words: a structure's bytes would be copied one by one. */
	address = *dest;
	address_end = *dest_end;
	*dest = *source;
	*dest_end = *source_end;
	*source = address;
	*source_end = address_end;
	return action;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int aborted(struct xdp_md *ctx)
{
	return XDP_ABORTED;
}

SEC("xdp")
int tx(struct xdp_md *ctx)
{
	return swap_and_return(ctx, XDP_TX);
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&target, 0, 0);
}

SEC("xdp")
int socket(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, 0, 0);
}

/* The same for frames of several buffers. */
SEC("xdp.frags")
int drop_frags(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp.frags")
int pass_frags(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp.frags")
int aborted_frags(struct xdp_md *ctx)
{
	return XDP_ABORTED;
}

SEC("xdp.frags")
int tx_frags(struct xdp_md *ctx)
{
	return swap_and_return(ctx, XDP_TX);
}

SEC("xdp.frags")
int redirect_frags(struct xdp_md *ctx)
{
	return bpf_redirect_map(&target, 0, 0);
}

SEC("xdp.frags")
int socket_frags(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, 0, 0);
}

SEC("tc")
int tc_drop(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
