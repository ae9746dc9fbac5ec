// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLAN tags that stand in the frame: put in, taken out or renumbered, as map
 * "rules" says; see translate.h. Many NICs take tags out before a program sees
 * the frame. "ethtool -K eth0 rxvlan off" leaves them in; vlan_told.bpf.c asks
 * the driver for them instead.
 */
#include "translate.h"

SEC("xdp")
int vlan(struct xdp_md *ctx)
{
	return translate(ctx);
}

char _license[] SEC("license") = "GPL";
