// SPDX-License-Identifier: GPL-2.0-only
/* For a device that takes programs and maps: nothing in it that only the host can have. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

/* Counts in array[0]. A frame is passed if hash[0] exists. */
static __always_inline bool is_passed(void)
{
	__u64 *frames, *passing;
	__u32 zero = 0;

	frames = bpf_map_lookup_elem(&array, &zero);
	passing = bpf_map_lookup_elem(&hash, &zero);
	if (frames)
		__sync_fetch_and_add(frames, 1);
	return passing;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	return is_passed() ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int tc_count(struct __sk_buff *skb)
{
	return is_passed() ? TC_ACT_OK : TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
