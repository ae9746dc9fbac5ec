/* SPDX-License-Identifier: GPL-2.0-only */
/* What balancer.bpf.c and those who set it up share. */
#ifndef EXAMPLES_BALANCER_H
#define EXAMPLES_BALANCER_H

#include <linux/types.h>

#define BALANCER_BACKENDS	16

/* The entry of map "service": what is balanced. */
struct balancer_service {
	__u8 address[4];
	__be16 port;
	__u16 unused;
};

/* An entry of map "backends". Without an address it is out. */
struct balancer_backend {
	__u8 address[4];	/* the tunnel's other end */
	__u8 mac[6];		/* the next hop to it */
	__u8 unused[2];
};

/* The keys of map "counters". */
enum balancer_counter {
	BALANCER_SENT,
	BALANCER_NO_BACKEND,
};

#endif
