/* SPDX-License-Identifier: GPL-2.0-only */
/* What pipeline.bpf.c and those who set it up share. */
#ifndef EXAMPLES_PIPELINE_H
#define EXAMPLES_PIPELINE_H

/* The keys of map "stages": which programs, in this order. */
enum pipeline_stage {
	PIPELINE_CHECK,
	PIPELINE_MARK,
	PIPELINE_SEND,
	PIPELINE_STAGES,
};

/* UDP to this port, echo (RFC 862), goes through the pipeline. */
#define PIPELINE_PORT	7

/* What the two versions of the second stage write into the IPv4 header. */
#define PIPELINE_TOS_V1	0x28	/* assured forwarding, AF11 (RFC 2597) */
#define PIPELINE_TOS_V2	0xb8	/* expedited forwarding (RFC 3246) */

/* The keys of map "counters". */
enum pipeline_counter {
	PIPELINE_CHECKED,
	PIPELINE_MARKED_V1,
	PIPELINE_MARKED_V2,
	PIPELINE_SENT,
	PIPELINE_NO_STAGE,
};

#endif
