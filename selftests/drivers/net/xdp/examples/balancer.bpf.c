// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load balancer of layer 4: UDP to a service goes to one of several
 * backends, as it came, inside another IPv4 header (IPIP, RFC 2003). The
 * backend takes that off and answers the client by itself, so answers need no
 * balancer.
 *
 * All frames of a flow have to find the same backend, though nothing is kept
 * of a flow here. So the backends draw lots for it (rendezvous hashing): each
 * has a number that follows from the flow and the backend's address, and the
 * highest wins. When a backend is taken out, the others' numbers stay what
 * they are: its flows go to whoever came second, and no other flow moves. When
 * it comes back, it gets just its own flows back.
 *
 * The new header needs room in front of the frame, which the driver has left
 * there: bpf_xdp_adjust_head() moves the frame's begin into it. After that all
 * pointers are void, and the frame has to be looked at anew.
 */
#include "balancer.h"
#include "counters.h"
#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct balancer_service);
} service SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BALANCER_BACKENDS);
	__type(key, __u32);
	__type(value, struct balancer_backend);
} backends SEC(".maps");

/* Each bit of @value reaches all of the result (MurmurHash3's last step). */
static __always_inline __u32 mixed(__u32 value)
{
	value = (value ^ value >> 16) * 0x85ebca6b;
	value = (value ^ value >> 13) * 0xc2b2ae35;
	return value ^ value >> 16;
}

/* The service's address is the same in all flows, and so is its port. */
static __always_inline __u32 hash_of(const struct iphdr *ip,
				     const struct udphdr *udp)
{
	return mixed(ip->saddr ^ mixed(udp->source));
}

static __always_inline __be32 address_of(const void *bytes)
{
	return *(const __be32 *)bytes;
}

static __always_inline struct balancer_backend *backend_of(__u32 flow)
{
	struct balancer_backend *backend, *best = NULL;
	__u32 i, lot, highest = 0;

	for (i = 0; i < BALANCER_BACKENDS; i++) {
		__u32 key = i;

		backend = bpf_map_lookup_elem(&backends, &key);
		if (!backend || !address_of(backend->address))
			continue;
		lot = mixed(flow ^ address_of(backend->address));
		if (!best || lot > highest) {
			best = backend;
			highest = lot;
		}
	}
	return best;
}

/* RFC 1071: the one's complement of the words' sum, carries added in. */
static __always_inline __u16 checksum(const struct iphdr *ip)
{
	const __u16 *word = (const __u16 *)ip;
	__u32 i, sum = 0;

	for (i = 0; i < sizeof(*ip) / sizeof(*word); i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static __always_inline int send_to(struct xdp_md *ctx,
				   const struct balancer_backend *backend,
				   struct ethhdr old, struct iphdr inner)
{
	struct cursor cursor;
	struct ethhdr *eth;
	struct iphdr *outer;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*outer)))
		return XDP_ABORTED;

	cursor = cursor_of(ctx);
	eth = take_ethernet(&cursor);
	outer = take(&cursor, sizeof(*outer));
	if (!eth || !outer)
		return XDP_ABORTED;
	__builtin_memcpy(eth->h_dest, backend->mac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
	eth->h_proto = old.h_proto;
	*outer = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*outer) / 4,
		.tot_len = bpf_htons(bpf_ntohs(inner.tot_len) + sizeof(*outer)),
		.frag_off = bpf_htons(IP_DONT_FRAGMENT),
		.ttl = 64,
		.protocol = IPPROTO_IPIP,
		.saddr = inner.daddr,
		.daddr = address_of(backend->address),
	};
	outer->check = checksum(outer);
	count(BALANCER_SENT);
	return XDP_TX;
}

SEC("xdp")
int balancer(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct balancer_backend *backend;
	struct balancer_service *vip;
	struct udphdr *udp;
	struct iphdr *ip;
	__u32 zero = 0;

	vip = bpf_map_lookup_elem(&service, &zero);
	ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;
	udp = ip ? take_udp(&cursor, ip) : NULL;
	if (!vip || !udp || ip->daddr != address_of(vip->address) ||
	    udp->dest != vip->port)
		return XDP_PASS;
	backend = backend_of(hash_of(ip, udp));
	if (!backend) {
		count(BALANCER_NO_BACKEND);
		return XDP_DROP;
	}
	return send_to(ctx, backend, *eth, *ip);
}

char _license[] SEC("license") = "GPL";
