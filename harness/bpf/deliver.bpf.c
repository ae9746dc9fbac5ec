// SPDX-License-Identifier: GPL-2.0-only
/* Has an interface receive what came from the wire of another one. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "verdict.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} receiver SEC(".maps");

SEC("tc")
int deliver(struct __sk_buff *skb)
{
	__u32 zero = 0, *ifindex = bpf_map_lookup_elem(&receiver, &zero);

	if (!ifindex || skb->protocol != bpf_htons(VERDICT_ETHERTYPE))
		return TC_ACT_OK;
	return bpf_redirect(*ifindex, BPF_F_INGRESS);
}

char _license[] SEC("license") = "GPL";
