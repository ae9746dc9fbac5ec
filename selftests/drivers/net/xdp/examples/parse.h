/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From header to header through a frame. The verifier refuses a program that
 * may look beyond the frame's end, so each step first asks whether the frame
 * goes on for so long, and gives no pointer if it does not.
 */
#ifndef EXAMPLES_PARSE_H
#define EXAMPLES_PARSE_H

#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Of frag_off: where in its packet a fragment lies, 0 for the first; a flag. */
#define IP_FRAGMENT_OFFSET	0x1fff
#define IP_DONT_FRAGMENT	0x4000

/* The part of a frame that is still to be looked at. */
struct cursor {
	void *at, *end;
};

static __always_inline struct cursor cursor_of(struct xdp_md *ctx)
{
	struct cursor cursor = {
		.at = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return cursor;
}

/* The next @size bytes, or NULL if the frame has no more so many. */
static __always_inline void *take(struct cursor *cursor, __u32 size)
{
	void *here = cursor->at;

	if (here + size > cursor->end)
		return NULL;
	cursor->at = here + size;
	return here;
}

static __always_inline struct ethhdr *take_ethernet(struct cursor *cursor)
{
	return take(cursor, sizeof(struct ethhdr));
}

/* The IPv4 header, options included, if @type says that there is one. */
static __always_inline struct iphdr *take_ipv4(struct cursor *cursor,
					       __be16 type)
{
	struct iphdr *ip;

	if (type != bpf_htons(ETH_P_IP))
		return NULL;
	ip = take(cursor, sizeof(*ip));
	if (!ip || ip->ihl < sizeof(*ip) / 4 ||
	    !take(cursor, ip->ihl * 4 - sizeof(*ip)))
		return NULL;
	return ip;
}

/* The same for IPv6, whose options are headers of their own. */
static __always_inline struct ipv6hdr *take_ipv6(struct cursor *cursor,
						 __be16 type)
{
	if (type != bpf_htons(ETH_P_IPV6))
		return NULL;
	return take(cursor, sizeof(struct ipv6hdr));
}

/* The UDP header, which only the first fragment of a packet has. */
static __always_inline struct udphdr *take_udp(struct cursor *cursor,
					       const struct iphdr *ip)
{
	if (ip->protocol != IPPROTO_UDP ||
	    ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET))
		return NULL;
	return take(cursor, sizeof(struct udphdr));
}

/* The frame goes back to who has sent it. */
static __always_inline void swap_addresses(struct ethhdr *eth)
{
	struct ethhdr old = *eth;

	__builtin_memcpy(eth->h_dest, old.h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
}

#endif
