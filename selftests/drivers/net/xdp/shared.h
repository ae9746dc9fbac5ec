/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests tell the programs of xdp.bpf.c, and what those have seen. */
#ifndef SHARED_H
#define SHARED_H

#include <linux/types.h>

/* Echoes with this sequence number or a higher one pass whatever is tested. */
#define FIRST_SENTINEL	0x8000

/* How an echo request and the reply to it begin, with ICMP and ICMPv6. */
struct echo_header {
	__u8 type, code;
	__u16 checksum, id, sequence;
};

struct shared {
	/* set by a test */
	__u32 echo_id;		/* of the echoes that count */
	__u32 verdict;		/* for an echo */
	__u32 prog_id;		/* of the program whose exceptions count */
	__u32 ifindex;		/* of the interface that it is attached to */

	/* set by the programs */
	__u32 judged;		/* echoes that judge() saw */
	__u32 judged_again;	/* the same of judge_again() */
	__u32 length;		/* of the last of these, with its header */
	__u32 linear;		/* how much of that lay in the linear part */
	__u32 exceptions;	/* traced as they should be */
	__u32 odd_exceptions;	/* with another verdict or interface */
	__u32 through_cpumap;	/* echoes that a CPU got from the map */
	__s32 meta_error;	/* why there is no metadata, or 0 */
	__u32 meta_seen;	/* echoes whose metadata tc saw */
	__u32 meta_lost;	/* echoes without, or with another's */
};

#endif
