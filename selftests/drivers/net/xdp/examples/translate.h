/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VLANs on a stick: what comes in one VLAN goes back in another, on the same
 * cable. A tag (IEEE 802.1Q) is four bytes between the addresses and the type
 * of a frame. Taking it out leaves the addresses where they are not wanted:
 * they move by four bytes, and the frame begins so much later; putting one in
 * is the same the other way round. The data behind never moves.
 */
#ifndef EXAMPLES_TRANSLATE_H
#define EXAMPLES_TRANSLATE_H

#include "counters.h"
#include "parse.h"
#include "vlan.h"

#define VLAN_ID_MASK	0x0fff
#define ADDRESSES	(2 * ETH_ALEN)

struct tag {
	__be16 tci;	/* priority and number */
	__be16 type;	/* of what is inside */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct vlan_arrival);
	__type(value, __u16);
} rules SEC(".maps");

static __always_inline int push(struct xdp_md *ctx, __u16 tci)
{
	struct cursor cursor;
	struct ethhdr *eth, old;
	struct tag *tag;

	cursor = cursor_of(ctx);
	eth = take_ethernet(&cursor);
	if (!eth)
		return -1;
	old = *eth;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
		return -1;
	cursor = cursor_of(ctx);
	eth = take_ethernet(&cursor);
	tag = take(&cursor, sizeof(*tag));
	if (!eth || !tag)
		return -1;
	__builtin_memcpy(eth, &old, ADDRESSES);
	eth->h_proto = bpf_htons(ETH_P_8021Q);
	tag->tci = bpf_htons(tci);
	tag->type = old.h_proto;
	return 0;
}

static __always_inline int pop(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor), old;
	struct tag *tag = take(&cursor, sizeof(*tag));

	if (!eth || !tag)
		return -1;
	old = *eth;
	old.h_proto = tag->type;
	if (bpf_xdp_adjust_head(ctx, sizeof(*tag)))
		return -1;
	cursor = cursor_of(ctx);
	eth = take_ethernet(&cursor);
	if (!eth)
		return -1;
	*eth = old;
	return 0;
}

static __always_inline int send_back(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);

	if (!eth)
		return XDP_ABORTED;
	swap_addresses(eth);
	return XDP_TX;
}

static __always_inline int translate(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct vlan_arrival from = { .id = VLAN_NONE };
	struct tag *tag = NULL;
	__u16 *to;

	if (!eth)
		return XDP_ABORTED;
	from.type = eth->h_proto;
	if (eth->h_proto == bpf_htons(ETH_P_8021Q)) {
		tag = take(&cursor, sizeof(*tag));
		if (!tag)
			return XDP_ABORTED;
		from.id = bpf_ntohs(tag->tci) & VLAN_ID_MASK;
		from.type = tag->type;
	}
	to = bpf_map_lookup_elem(&rules, &from);
	if (!to)
		return XDP_PASS;
	if (tag && *to != VLAN_NONE) {
		tag->tci &= bpf_htons(~VLAN_ID_MASK);
		tag->tci |= bpf_htons(*to);
		count(VLAN_REWRITTEN);
	} else if (tag) {
		if (pop(ctx))
			return XDP_ABORTED;
		count(VLAN_POPPED);
	} else if (*to != VLAN_NONE) {
		if (push(ctx, *to))
			return XDP_ABORTED;
		count(VLAN_PUSHED);
	}
	return send_back(ctx);
}

#endif
