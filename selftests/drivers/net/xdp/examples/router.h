/* SPDX-License-Identifier: GPL-2.0-only */
/* What router.bpf.c and those who read its counters share. */
#ifndef EXAMPLES_ROUTER_H
#define EXAMPLES_ROUTER_H

/* The keys of map "counters". All but the first are frames for the stack. */
enum router_counter {
	ROUTER_FORWARDED,
	ROUTER_EXPIRED,		/* the TTL has run out */
	ROUTER_NO_NEIGHBOUR,	/* the next hop has no known address */
	ROUTER_TOO_LONG,	/* for the MTU of the next network */
	ROUTER_OTHER,		/* for this machine, no route, no IP ... */
};

#endif
