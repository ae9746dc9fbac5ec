// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLAN tags that the NIC has taken out of the frame. What the device knows of
 * a frame and the frame does not show is asked for by a kfunc: the verifier
 * calls the driver's own function in its place, so a program that asks belongs
 * to one device and is loaded for it ("bpftool prog load ... xdpmeta_dev
 * eth0", of a newer bpftool than Debian 12's). A driver that cannot tell
 * answers with an error, and so does one that has found no tag.
 *
 * Here the tag is put back where it was; then all is as in vlan.bpf.c.
 */
#include "translate.h"

extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx,
					__be16 *proto, __u16 *tci) __ksym;

SEC("xdp")
int vlan_told(struct xdp_md *ctx)
{
	__be16 proto;
	__u16 tci;

	if (!bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci) &&
	    proto == bpf_htons(ETH_P_8021Q) && push(ctx, tci))
		return XDP_ABORTED;
	return translate(ctx);
}

char _license[] SEC("license") = "GPL";
