// SPDX-License-Identifier: GPL-2.0-only
/* What the driver tells of a frame beside its data. To be bound to the device. */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "verdict.h"

extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct verdict_vlan);
} vlan SEC(".maps");

/* Notes the VLAN tag of each frame of the tests' EtherType, and passes all. */
SEC("xdp")
int vlan_tag(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct verdict_vlan *seen;
	__u32 zero = 0;
	__be16 proto = 0;
	__u16 tci = 0;

	seen = bpf_map_lookup_elem(&vlan, &zero);
	if (!seen || (void *)(eth + 1) > end || eth->h_proto != bpf_htons(VERDICT_ETHERTYPE))
		return XDP_PASS;
	seen->frames++;
	seen->error = bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci);
	seen->proto = bpf_ntohs(proto);
	seen->tci = tci;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
