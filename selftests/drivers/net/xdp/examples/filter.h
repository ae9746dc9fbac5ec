/* SPDX-License-Identifier: GPL-2.0-only */
/* What filter.bpf.c and those who set it up share. */
#ifndef EXAMPLES_FILTER_H
#define EXAMPLES_FILTER_H

#include <linux/types.h>

/* A key of map "blocklist". Its value is how many frames it has dropped. */
struct filter_prefix {
	__u32 length;		/* in bits */
	__u8 address[4];
};

/* The entry of map "limit". */
struct filter_limit {
	__u64 burst;		/* frames that a bucket holds; 0: no limit */
	__u64 refill_ns;	/* a bucket gets one more in this time */
};

/* The keys of map "counters". */
enum filter_counter {
	FILTER_BLOCKED,
	FILTER_LIMITED,
	FILTER_PASSED,
};

#endif
