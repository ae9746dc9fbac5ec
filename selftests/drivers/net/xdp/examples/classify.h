/* SPDX-License-Identifier: GPL-2.0-only */
/* What classify.bpf.c and those who set it up share. */
#ifndef EXAMPLES_CLASSIFY_H
#define EXAMPLES_CLASSIFY_H

#include <linux/types.h>

/* What lies in front of a frame between the two programs. */
struct classify_meta {
	__u32 class_id;
};

/* The keys of map "counters". */
enum classify_counter {
	CLASSIFY_CLASSIFIED,
	CLASSIFY_NO_ROOM,
	CLASSIFY_MARKED,
};

#endif
