/* SPDX-License-Identifier: GPL-2.0-only */
/* What spread.bpf.c and those who read its counters share. */
#ifndef EXAMPLES_SPREAD_H
#define EXAMPLES_SPREAD_H

/* The keys of map "counters". */
enum spread_counter {
	SPREAD_FRAMES,	/* that a CPU has taken up the stack */
};

#endif
