// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs of the tests. They deal with echoes that have the test's id, and
 * pass all other frames.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "shared.h"

/* As in linux/icmp.h, which takes in headers of the C library. */
#define ICMP_ECHOREPLY	0
#define ICMP_ECHO	8

/* Of the kernel's structures what is looked at. */
struct net_device {
	int ifindex;
} __attribute__((preserve_access_index));

struct bpf_prog_aux {
	__u32 id;
} __attribute__((preserve_access_index));

struct bpf_prog {
	struct bpf_prog_aux *aux;
} __attribute__((preserve_access_index));

/* Those behind Ethernet's. An echo is longer than this with either version. */
union headers {
	struct {
		struct iphdr ip;
		struct echo_header icmp;
	} v4;
	struct {
		struct ipv6hdr ip;
		struct echo_header icmp;
	} v6;
};

struct meta {
	__u32 echo_id;
	__u32 sequence;
};

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} devmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} cpumap SEC(".maps");

struct shared shared;

/* The sequence number of a tested echo, or -1 for another frame. */
static __always_inline int sequence_of(__be16 proto,
				       const union headers *packet,
				       bool request)
{
	__u16 id, sequence;

	if (proto == bpf_htons(ETH_P_IP)) {
		if (packet->v4.ip.ihl != 5 ||
		    packet->v4.ip.protocol != IPPROTO_ICMP ||
		    packet->v4.icmp.type != (request ? ICMP_ECHO :
						      ICMP_ECHOREPLY))
			return -1;
		id = packet->v4.icmp.id;
		sequence = packet->v4.icmp.sequence;
	} else if (proto == bpf_htons(ETH_P_IPV6)) {
		if (packet->v6.ip.nexthdr != IPPROTO_ICMPV6 ||
		    packet->v6.icmp.type != (request ? ICMPV6_ECHO_REQUEST :
							    ICMPV6_ECHO_REPLY))
			return -1;
		id = packet->v6.icmp.id;
		sequence = packet->v6.icmp.sequence;
	} else {
		return -1;
	}
	sequence = bpf_ntohs(sequence);
	if (bpf_ntohs(id) != shared.echo_id || sequence >= FIRST_SENTINEL)
		return -1;
	return sequence;
}

static __always_inline int xdp_sequence(struct xdp_md *ctx, bool request)
{
	union headers packet;
	__be16 proto;

	if (bpf_xdp_load_bytes(ctx, offsetof(struct ethhdr, h_proto), &proto,
			       sizeof(proto)) ||
	    bpf_xdp_load_bytes(ctx, ETH_HLEN, &packet, sizeof(packet)))
		return -1;
	return sequence_of(proto, &packet, request);
}

static __always_inline int reply(struct xdp_md *ctx)
{
	return xdp_sequence(ctx, false);
}

static __always_inline void count(__u32 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

static __always_inline int judge_and_count(struct xdp_md *ctx, __u32 *counter)
{
	if (reply(ctx) < 0)
		return XDP_PASS;
	count(counter);
	shared.length = bpf_xdp_get_buff_len(ctx);
	shared.linear = ctx->data_end - ctx->data;
	return shared.verdict;
}

SEC("xdp")
int judge(struct xdp_md *ctx)
{
	return judge_and_count(ctx, &shared.judged);
}

SEC("xdp")
int judge_again(struct xdp_md *ctx)
{
	return judge_and_count(ctx, &shared.judged_again);
}

SEC("xdp.frags")
int judge_frags(struct xdp_md *ctx)
{
	return judge_and_count(ctx, &shared.judged);
}

SEC("tp_btf/xdp_exception")
int BPF_PROG(on_exception, const struct net_device *dev,
	     const struct bpf_prog *prog, __u32 verdict)
{
	if (prog->aux->id != shared.prog_id)
		return 0;
	if (dev->ifindex == shared.ifindex && verdict == shared.verdict)
		count(&shared.exceptions);
	else
		count(&shared.odd_exceptions);
	return 0;
}

SEC("xdp")
int to_devmap(struct xdp_md *ctx)
{
	return reply(ctx) < 0 ? XDP_PASS : bpf_redirect_map(&devmap, 0, 0);
}

SEC("xdp")
int to_cpumap(struct xdp_md *ctx)
{
	return reply(ctx) < 0 ? XDP_PASS : bpf_redirect_map(&cpumap, 0, 0);
}

SEC("xdp/cpumap")
int from_cpumap(struct xdp_md *ctx)
{
	count(&shared.through_cpumap);
	return bpf_redirect_map(&devmap, 0, 0);
}

/* On another interface: requests go out through the one under test. */
SEC("xdp")
int requests_to_devmap(struct xdp_md *ctx)
{
	if (xdp_sequence(ctx, true) < 0)
		return XDP_DROP;
	return bpf_redirect_map(&devmap, 0, 0);
}

SEC("xdp")
int add_meta(struct xdp_md *ctx)
{
	struct meta *meta;
	int sequence, error;

	sequence = reply(ctx);
	if (sequence < 0)
		return XDP_PASS;
	error = bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta));
	if (error) {
		shared.meta_error = error;
		return XDP_PASS;
	}
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	meta->echo_id = shared.echo_id;
	meta->sequence = sequence;
	return XDP_PASS;
}

SEC("tcx/ingress")
int check_meta(struct __sk_buff *skb)
{
	struct meta *meta = (void *)(long)skb->data_meta;
	union headers packet;
	int sequence;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &packet, sizeof(packet)))
		return TCX_NEXT;
	sequence = sequence_of(skb->protocol, &packet, false);
	if (sequence < 0)
		return TCX_NEXT;
	if ((void *)(meta + 1) > (void *)(long)skb->data ||
	    meta->echo_id != shared.echo_id || meta->sequence != sequence)
		count(&shared.meta_lost);
	else
		count(&shared.meta_seen);
	return TCX_NEXT;
}

char _license[] SEC("license") = "GPL";
