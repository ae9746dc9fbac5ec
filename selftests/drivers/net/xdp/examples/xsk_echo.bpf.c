// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leads datagrams to port 7, the echo service's (RFC 862), to an AF_XDP socket,
 * and by it past the stack to a process: see xsk_echo.c. Such a socket is bound
 * to a queue of a device, so its place in the map is the queue's number. Where
 * none is in the map, and for all other frames, XDP_PASS leaves everything as
 * it is.
 */
#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct udphdr *udp;
	struct iphdr *ip;

	ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;
	udp = ip ? take_udp(&cursor, ip) : NULL;
	if (!udp || udp->dest != bpf_htons(7))
		return XDP_PASS;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
