/* SPDX-License-Identifier: GPL-2.0-only */
/* What sampler.bpf.c and sampler.c share. */
#ifndef EXAMPLES_SAMPLER_H
#define EXAMPLES_SAMPLER_H

#include <linux/types.h>

/* The beginning of a frame. */
struct sample {
	__u64 number;	/* of the frame, counted from 1 */
	__u32 length;	/* of the whole frame, in bytes */
	__u32 taken;	/* of them here */
	__u8 bytes[64];
};

#endif
