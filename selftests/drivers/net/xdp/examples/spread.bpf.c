// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spreads the stack's work over CPUs. A NIC with one queue has one CPU that
 * polls it, and all that the stack does with its frames happens there. This
 * program does as little as can be on that CPU: it takes the frame's flow, and
 * hands the frame by a cpumap to the CPU that this flow belongs to. A kernel
 * thread there makes the skb of it and takes it through the stack.
 *
 * All frames of a flow go to the same CPU, so they stay in order; TCP would
 * take others for lost. That is why the ports of a fragment do not count: only
 * the first one has them.
 *
 * User space puts CPUs into the map "cpus", under 0, 1 and so on, each with the
 * length of its queue, and their number into "spread_over".
 *
 * The second program is for tc: it shows which CPU has had what.
 */
#include "counters.h"
#include "parse.h"
#include "spread.h"

/* IPv4's "more fragments" and the offset: 0 in a packet that is whole. */
#define IP_FRAGMENT	0x3fff

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} spread_over SEC(".maps");

/* TCP and UDP begin with the two ports. */
static __always_inline __u32 ports_of(struct cursor *cursor, __u8 protocol)
{
	__u32 *ports;

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	ports = take(cursor, sizeof(*ports));
	return ports ? *ports : 0;
}

static __always_inline __u32 fold(const struct in6_addr *address)
{
	return address->s6_addr32[0] ^ address->s6_addr32[1] ^
	       address->s6_addr32[2] ^ address->s6_addr32[3];
}

/* A number that frames of one flow have in common; 0 for all that is not IP. */
static __always_inline __u32 flow_of(struct cursor *cursor)
{
	struct ethhdr *eth = take_ethernet(cursor);
	struct ipv6hdr *ip6;
	struct iphdr *ip;
	__u32 flow;

	if (!eth)
		return 0;
	ip = take_ipv4(cursor, eth->h_proto);
	if (ip) {
		flow = ip->saddr ^ ip->daddr;
		if (!(ip->frag_off & bpf_htons(IP_FRAGMENT)))
			flow ^= ports_of(cursor, ip->protocol);
		return flow;
	}
	ip6 = take_ipv6(cursor, eth->h_proto);
	if (!ip6)
		return 0;
	return fold(&ip6->saddr) ^ fold(&ip6->daddr) ^
	       ports_of(cursor, ip6->nexthdr);
}

SEC("xdp")
int spread(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	__u32 zero = 0, *over = bpf_map_lookup_elem(&spread_over, &zero);
	__u64 mixed;

	if (!over)
		return XDP_PASS;
	/* Every bit of the flow has its part in the upper half. */
	mixed = flow_of(&cursor) * 0x9e3779b97f4a7c15ULL;
	/* The upper half as a fraction of 1, of so many CPUs. */
	return bpf_redirect_map(&cpus, (mixed >> 32) * *over >> 32, XDP_PASS);
}

/* Shows the spread: which CPU takes a frame up, as counters and to a socket. */
SEC("tc")
int show_cpu(struct __sk_buff *skb)
{
	count(SPREAD_FRAMES);
	skb->mark = bpf_get_smp_processor_id() + 1;
	return 0;
}

char _license[] SEC("license") = "GPL";
