// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classified once, known everywhere: an XDP program finds out what a frame is,
 * and all that comes later in the stack can go by it.
 *
 * The frame itself stays as it is. The class goes into metadata: some bytes in
 * front of the frame, which the driver hands on to the skb. Only tc programs
 * see them there; so the second program, at tc's ingress, makes a mark of
 * them, and marks are what firewall rules, routing rules and sockets
 * (SO_RCVMARK) know.
 *
 * A driver may have no room for metadata. Then bpf_xdp_adjust_meta() says so,
 * and the frame goes on without a class.
 */
#include <linux/pkt_cls.h>

#include "classify.h"
#include "counters.h"
#include "parse.h"

/* By destination port of UDP: the class. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be16);
	__type(value, __u32);
} classes SEC(".maps");

static __always_inline __u32 class_of(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct iphdr *ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;
	struct udphdr *udp = ip ? take_udp(&cursor, ip) : NULL;
	__u32 *class;

	if (!udp)
		return 0;
	class = bpf_map_lookup_elem(&classes, &udp->dest);
	return class ? *class : 0;
}

SEC("xdp")
int classify(struct xdp_md *ctx)
{
	__u32 class = class_of(ctx);
	struct classify_meta *meta;

	if (!class)
		return XDP_PASS;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta))) {
		count(CLASSIFY_NO_ROOM);
		return XDP_PASS;
	}
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	meta->class_id = class;
	count(CLASSIFY_CLASSIFIED);
	return XDP_PASS;
}

SEC("tc")
int mark(struct __sk_buff *skb)
{
	struct classify_meta *meta = (void *)(long)skb->data_meta;

	if ((void *)(meta + 1) > (void *)(long)skb->data)
		return TC_ACT_OK;
	skb->mark = meta->class_id;
	count(CLASSIFY_MARKED);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
