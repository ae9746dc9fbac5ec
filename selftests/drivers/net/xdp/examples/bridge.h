/* SPDX-License-Identifier: GPL-2.0-only */
/* What bridge.bpf.c and those who set it up share. */
#ifndef EXAMPLES_BRIDGE_H
#define EXAMPLES_BRIDGE_H

#include <linux/types.h>

/* A key of the maps "own" and "stations": an Ethernet address. */
struct bridge_address {
	__u8 bytes[6];
};

/* The keys of map "counters". */
enum bridge_counter {
	BRIDGE_FORWARDED,	/* to the one port where the receiver is */
	BRIDGE_FLOODED,		/* to all other ports */
	BRIDGE_FILTERED,	/* the receiver is where it came from */
	BRIDGE_OWN,		/* for this machine */
};

#endif
