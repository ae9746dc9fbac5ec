// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pipeline of programs, each of which ends by jumping into the next one. Map
 * "stages" says which that is: a tail call looks it up anew for each frame. So
 * a stage is replaced by writing another program into its slot, while frames
 * come: each frame goes through the old or the new one, and none is lost, as a
 * program is kept until nobody runs it any more.
 *
 * A tail call does not return. If it does, there was no program in the slot.
 * What a stage has found out is gone in the next one but for what lies in the
 * frame or in a map: each looks at the headers for itself.
 *
 * The kernel empties such a map when no file descriptor and no pin is left of
 * it: pin it, or the pipeline ends with the process that has loaded it.
 */
#include "counters.h"
#include "parse.h"
#include "pipeline.h"

SEC("xdp") int check(struct xdp_md *ctx);
SEC("xdp") int mark_v1(struct xdp_md *ctx);
SEC("xdp") int send(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, PIPELINE_STAGES);
	__uint(key_size, sizeof(__u32));
	__array(values, int (struct xdp_md *));
} stages SEC(".maps") = {
	.values = {
		[PIPELINE_CHECK] = &check,
		[PIPELINE_MARK] = &mark_v1,
		[PIPELINE_SEND] = &send,
	},
};

static __always_inline int next(struct xdp_md *ctx, enum pipeline_stage stage)
{
	bpf_tail_call(ctx, &stages, stage);
	count(PIPELINE_NO_STAGE);
	return XDP_ABORTED;
}

/* Changes a word of the header, and its checksum by as much (RFC 1624). */
static __always_inline void set_tos(struct iphdr *ip, __u8 tos)
{
	__be16 *word = (__be16 *)ip, old = *word;
	__u32 sum;

	ip->tos = tos;
	sum = (__u16)~ip->check + (__u16)~old + *word;
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~(sum + (sum >> 16));
}

static __always_inline int mark(struct xdp_md *ctx, __u8 tos, __u32 counter)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct iphdr *ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;

	if (!ip)
		return XDP_ABORTED;
	set_tos(ip, tos);
	count(counter);
	return next(ctx, PIPELINE_SEND);
}

SEC("xdp")
int start(struct xdp_md *ctx)
{
	return next(ctx, PIPELINE_CHECK);
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct iphdr *ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;
	struct udphdr *udp = ip ? take_udp(&cursor, ip) : NULL;

	if (!udp || udp->dest != bpf_htons(PIPELINE_PORT))
		return XDP_PASS;
	count(PIPELINE_CHECKED);
	return next(ctx, PIPELINE_MARK);
}

SEC("xdp")
int mark_v1(struct xdp_md *ctx)
{
	return mark(ctx, PIPELINE_TOS_V1, PIPELINE_MARKED_V1);
}

SEC("xdp")
int mark_v2(struct xdp_md *ctx)
{
	return mark(ctx, PIPELINE_TOS_V2, PIPELINE_MARKED_V2);
}

SEC("xdp")
int send(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);

	if (!eth)
		return XDP_ABORTED;
	swap_addresses(eth);
	count(PIPELINE_SENT);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
