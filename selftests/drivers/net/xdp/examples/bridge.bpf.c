// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bridge. It is attached to each port, and all ports share its maps. From the
 * source address of a frame it learns at which port that station is. A frame to
 * a station that it knows goes to that port alone; one to a station that it
 * does not know, or to a group, goes to every port but the one that it came
 * from, and that is one call: bpf_redirect_map() with BPF_F_BROADCAST. The
 * kernel copies the frame for all of the map's devices but the last.
 *
 * The stations lie in an LRU map, so that no sender can fill it for good: those
 * that were not heard of for longest make room. A station that moves is learned
 * anew with the first frame that it sends.
 *
 * A frame to one of the addresses in "own" is for this machine. Group frames
 * are not: a program gives a frame to the stack or sends it on, not both. Nor
 * is there a spanning tree, so the ports must not be in a loop. And a port has
 * to take frames to any address: ip link set eth0 promisc on.
 */
#include "bridge.h"
#include "counters.h"
#include "parse.h"
#include "ports.h"

/* The value is the station's port, by its ifindex. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct bridge_address);
	__type(value, __u32);
} stations SEC(".maps");

/* The value means nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct bridge_address);
	__type(value, __u8);
} own SEC(".maps");

static __always_inline int is_group(const struct bridge_address *address)
{
	return address->bytes[0] & 1;
}

/*
 * A group is no station, and no frame to it may find a port here. What is known
 * is not written again: reading costs other CPUs nothing.
 */
static __always_inline void learn(const struct bridge_address *station,
				  __u32 port)
{
	__u32 *known = bpf_map_lookup_elem(&stations, station);

	if (!is_group(station) && (!known || *known != port))
		bpf_map_update_elem(&stations, station, &port, BPF_ANY);
}

SEC("xdp")
int bridge(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct bridge_address from, to;
	__u32 *port;

	if (!eth)
		return XDP_DROP;
	__builtin_memcpy(&from, eth->h_source, sizeof(from));
	__builtin_memcpy(&to, eth->h_dest, sizeof(to));
	learn(&from, ctx->ingress_ifindex);

	if (bpf_map_lookup_elem(&own, &to)) {
		count(BRIDGE_OWN);
		return XDP_PASS;
	}
	port = bpf_map_lookup_elem(&stations, &to);
	if (!port) {
		count(BRIDGE_FLOODED);
		return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST |
						   BPF_F_EXCLUDE_INGRESS);
	}
	if (*port == ctx->ingress_ifindex) {
		count(BRIDGE_FILTERED);
		return XDP_DROP;
	}
	count(BRIDGE_FORWARDED);
	return bpf_redirect_map(&ports, *port, XDP_DROP);
}

char _license[] SEC("license") = "GPL";
