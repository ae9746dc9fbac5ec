// SPDX-License-Identifier: GPL-2.0-only
/*
 * A filter against floods: it drops what comes from networks that are blocked,
 * and of UDP, which does not slow down by itself, all that a source sends above
 * its limit. What is dropped here has cost the host no memory and no way
 * through its stack.
 *
 * Map "blocklist" is a trie: of all prefixes that a source address fits, the
 * longest is found, however many there are.
 *
 * Each source has a bucket, which a frame takes a token from, and which is
 * refilled as time goes by. Nobody has to do that: all that is kept of a bucket
 * is the time at which it will be full. A token that is taken moves this time
 * by what it takes to refill one; an empty bucket has "burst" of them to wait
 * for. That is one word, so CPUs can share it without a lock. The buckets lie
 * in an LRU map: a flood from made-up sources finds no end of it, and the
 * sources that were not seen for longest make room.
 */
#include "counters.h"
#include "filter.h"
#include "parse.h"

/* How often a CPU tries to take a token while others do. */
#define TRIES	8

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct filter_prefix);
	__type(value, __u64);
} blocklist SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_limit);
} limit SEC(".maps");

/* By source address: when its bucket is full, in nanoseconds since boot. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32);
	__type(value, __u64);
} buckets SEC(".maps");

static __always_inline int is_blocked(__be32 source)
{
	struct filter_prefix key = { .length = 32 };
	__u64 *dropped;

	__builtin_memcpy(key.address, &source, sizeof(source));
	dropped = bpf_map_lookup_elem(&blocklist, &key);
	if (!dropped)
		return 0;
	__sync_fetch_and_add(dropped, 1);
	return 1;
}

static __always_inline int take_token(__be32 source,
				      const struct filter_limit *limit)
{
	__u64 now = bpf_ktime_get_ns(), before, after;
	__u64 *full_at = bpf_map_lookup_elem(&buckets, &source);
	int i;

	if (!full_at) {
		after = now + limit->refill_ns;
		/* Unless another CPU was first. */
		if (!bpf_map_update_elem(&buckets, &source, &after,
					 BPF_NOEXIST))
			return 1;
		full_at = bpf_map_lookup_elem(&buckets, &source);
		if (!full_at)
			return 0;
	}
	for (i = 0; i < TRIES; i++) {
		before = *full_at;
		after = (before > now ? before : now) + limit->refill_ns;
		if (after - now > limit->burst * limit->refill_ns)
			return 0;
		if (__sync_val_compare_and_swap(full_at, before, after) ==
		    before)
			return 1;
	}
	return 0;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *eth = take_ethernet(&cursor);
	struct filter_limit *limited;
	struct iphdr *ip;
	__u32 zero = 0;

	ip = eth ? take_ipv4(&cursor, eth->h_proto) : NULL;
	if (!ip)
		return XDP_PASS;
	if (is_blocked(ip->saddr)) {
		count(FILTER_BLOCKED);
		return XDP_DROP;
	}
	limited = bpf_map_lookup_elem(&limit, &zero);
	if (limited && limited->burst && ip->protocol == IPPROTO_UDP &&
	    !take_token(ip->saddr, limited)) {
		count(FILTER_LIMITED);
		return XDP_DROP;
	}
	count(FILTER_PASSED);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
