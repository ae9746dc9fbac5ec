// SPDX-License-Identifier: GPL-2.0-only
/*
 * A router that has no tables of its own. Routes and neighbours are the
 * kernel's, as "ip route" and "ip neigh" show them; bpf_fib_lookup() asks
 * there. If the answer is a port and an address, the program does what
 * forwarding is: it takes one from the TTL, writes the Ethernet addresses, and
 * redirects.
 *
 * Everything that takes more is left to the stack by XDP_PASS: a frame for this
 * machine, a TTL that has run out, a packet too long for the next network, a
 * neighbour that nobody has asked for yet. The stack sends the ICMP error,
 * makes the fragments, asks by ARP; and once the neighbour has answered, the
 * program finds it, too.
 *
 * What it passes by is what the stack does between arrival and lookup: it asks
 * neither netfilter nor rp_filter, and does not look whether the IPv4 checksum
 * was right. A wrong one stays wrong, as it only follows what changes.
 */
#include "counters.h"
#include "parse.h"
#include "ports.h"
#include "router.h"

/* The C library's header of these and the kernel's headers do not mix. */
#define AF_INET		2
#define AF_INET6	10

static __always_inline void ask_ipv4(struct bpf_fib_lookup *fib,
				     const struct iphdr *ip)
{
	fib->family = AF_INET;
	fib->tos = ip->tos;
	fib->l4_protocol = ip->protocol;
	fib->tot_len = bpf_ntohs(ip->tot_len);
	fib->ipv4_src = ip->saddr;
	fib->ipv4_dst = ip->daddr;
}

static __always_inline void ask_ipv6(struct bpf_fib_lookup *fib,
				     const struct ipv6hdr *ip)
{
	fib->family = AF_INET6;
	fib->flowinfo = *(const __be32 *)ip & bpf_htonl(0x0fffffff);
	fib->l4_protocol = ip->nexthdr;
	/* What the MTU is about has the header in it; payload_len has not. */
	fib->tot_len = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	__builtin_memcpy(fib->ipv6_src, &ip->saddr, sizeof(ip->saddr));
	__builtin_memcpy(fib->ipv6_dst, &ip->daddr, sizeof(ip->daddr));
}

/* RFC 1141: the checksum grows by what the TTL's word has lost. */
static __always_inline void decrease_ttl(struct iphdr *ip)
{
	__u32 check = ip->check + bpf_htons(0x0100);

	/* 0xffff, which is another 0, is no checksum of a header. */
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
}

static __always_inline int leave(enum router_counter reason)
{
	count(reason);
	return XDP_PASS;
}

SEC("xdp")
int router(struct xdp_md *ctx)
{
	struct bpf_fib_lookup fib = { .ifindex = ctx->ingress_ifindex };
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct ipv6hdr *ip6 = NULL;
	struct iphdr *ip;

	/* A frame to a group is not one that a sender gave to this router. */
	if (!eth || eth->h_dest[0] & 1)
		return leave(ROUTER_OTHER);
	ip = take_ipv4(&cursor, eth->h_proto);
	if (!ip)
		ip6 = take_ipv6(&cursor, eth->h_proto);
	if (ip && ip->ihl == sizeof(*ip) / 4)
		ask_ipv4(&fib, ip);
	else if (ip6)
		ask_ipv6(&fib, ip6);
	else
		return leave(ROUTER_OTHER);

	switch (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		return leave(ROUTER_NO_NEIGHBOUR);
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return leave(ROUTER_TOO_LONG);
	default:
		return leave(ROUTER_OTHER);
	}
	if (!bpf_map_lookup_elem(&ports, &fib.ifindex))
		return leave(ROUTER_OTHER);
	if ((ip ? ip->ttl : ip6->hop_limit) <= 1)
		return leave(ROUTER_EXPIRED);

	if (ip)
		decrease_ttl(ip);
	else
		ip6->hop_limit--;
	__builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
	count(ROUTER_FORWARDED);
	return bpf_redirect_map(&ports, fib.ifindex, XDP_DROP);
}

char _license[] SEC("license") = "GPL";
