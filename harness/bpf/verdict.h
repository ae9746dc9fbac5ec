/* SPDX-License-Identifier: GPL-2.0-only */
/* What verdict.bpf.c and its user agree on. */
#ifndef VERDICT_H
#define VERDICT_H

#include <linux/types.h>

/* The sentinel's ICMP echo id. ARP is a sentinel too. Both always pass. */
#define VERDICT_SENTINEL_ID	0x5e17

/* What fills bytes that a program has added to a frame, up to so many. */
#define VERDICT_FILL		0xa5
#define VERDICT_FILL_MAX	4096

#define VERDICT_REWRITE_MAX	8

/* Map sizes. */
#define VERDICT_TARGETS		8

/* How the verdict is made: by returning verdict_config.action, or a redirect. */
enum verdict_mode {
	VERDICT_RETURN,
	VERDICT_REDIRECT_IFINDEX,	/* bpf_redirect(target) */
	VERDICT_REDIRECT_DEVMAP,	/* map "devmap", key target */
	VERDICT_BROADCAST_DEVMAP,
	VERDICT_REDIRECT_CPUMAP,	/* map "cpumap", key target */
};

enum verdict_flag {
	VERDICT_SWAP_MACS = 1 << 0,
	/* Broadcast: not back to where the frame came from. */
	VERDICT_EXCLUDE_INGRESS = 1 << 1,
};

/*
 * The one entry of map "config". Steps are taken in the order of the members
 * from adjust_head; zero leaves a step out. If a step's helper fails, the
 * failure is counted and the frame dropped.
 */
struct verdict_config {
	/* The program's return code, or what a redirect falls back to when its
	 * map has no entry (the two low bits then).
	 */
	__u32 action;
	__u32 mode;		/* enum verdict_mode */
	__u32 target;		/* ifindex or key of the map, by mode */
	__u32 flags;		/* enum verdict_flag */
	/* As bpf_xdp_adjust_head(); the Ethernet header moves along, so that
	 * bytes come and go right behind it.
	 */
	__s32 adjust_head;
	__s32 adjust_tail;	/* as bpf_xdp_adjust_tail() */
	__u32 meta_len;		/* bytes of metadata, the first four are mark */
	__u32 mark;
	__u32 rewrite_offset;
	__u32 rewrite_len;	/* up to VERDICT_REWRITE_MAX */
	__u8 rewrite[VERDICT_REWRITE_MAX];
};

/* Indices of per-CPU array "counters". Sentinels count as VERDICT_SENTINELS only. */
enum verdict_counter {
	VERDICT_FRAMES,
	VERDICT_BYTES,		/* as received */
	VERDICT_SENTINELS,
	VERDICT_SHORT,		/* no Ethernet header in the linear part: dropped */
	VERDICT_HEAD_FAILED,
	VERDICT_TAIL_FAILED,
	VERDICT_META_FAILED,
	VERDICT_REWRITE_FAILED,
	/* What was returned. */
	VERDICT_ABORTED,
	VERDICT_DROPPED,
	VERDICT_PASSED,
	VERDICT_TXED,
	VERDICT_REDIRECTED,
	VERDICT_UNKNOWN,
	/* Counted by tc program meta_to_mark. */
	VERDICT_TC_FRAMES,
	VERDICT_TC_META,	/* of these, with metadata */
	VERDICT_COUNTERS,
};

/* The EtherType of frames in tests where the protocol does not matter. */
#define VERDICT_ETHERTYPE	0x88b5

/* The one entry of map "vlan" of metadata.bpf.c: what the driver said last. */
struct verdict_vlan {
	__u32 frames;
	__s32 error;
	__u16 proto;
	__u16 tci;
};

/* Keys and values of hash map "traces", filled by the tracing programs. */
enum verdict_event {
	VERDICT_EXCEPTION,
	VERDICT_REDIRECT_ERR,
	VERDICT_DEVMAP_XMIT,
};

struct verdict_trace_key {
	__u32 event;		/* enum verdict_event */
	__u32 ifindex;		/* of the receiving device */
	__u32 action;		/* XDP action */
};

struct verdict_trace {
	__u64 count;		/* of events */
	__u64 sent;		/* frames, where the event tells */
	__u64 drops;
	__s64 error;		/* the last that was not 0 */
};

#endif /* VERDICT_H */
