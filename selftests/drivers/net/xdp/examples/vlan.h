/* SPDX-License-Identifier: GPL-2.0-only */
/* What vlan.bpf.c, vlan_told.bpf.c and those who set them up share. */
#ifndef EXAMPLES_VLAN_H
#define EXAMPLES_VLAN_H

#include <linux/types.h>

/* Stands for a VLAN's number where there is no tag. */
#define VLAN_NONE	0x1000

/* A key of map "rules": in which VLAN frames of a type come. Its value is the
 * number of the VLAN in which they go back.
 */
struct vlan_arrival {
	__u16 id;
	__be16 type;
};

/* The keys of map "counters". */
enum vlan_counter {
	VLAN_PUSHED,
	VLAN_POPPED,
	VLAN_REWRITTEN,
};

#endif
