// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows user space one of so many frames while every frame goes on. The
 * beginning of the chosen one is copied into a ring buffer, which the kernel
 * and a reader (sampler.c) share: a sample is reserved there, written in place,
 * and submitted. The reader sleeps until there is one. If it is slow and the
 * ring is full, a sample is lost and counted, but no frame.
 *
 * All CPUs count in one place, so that it is exactly one of "every" frames.
 * That costs an atomic addition for each. Counters of each CPU's own are
 * cheaper, and then each CPU has samples of its own.
 */
#include "parse.h"
#include "sampler.h"

/* User space sets it, and sees the other two. */
__u64 every = 1, seen, lost;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} samples SEC(".maps");

SEC("xdp")
int sample_frames(struct xdp_md *ctx)
{
	__u64 number = __sync_fetch_and_add(&seen, 1) + 1;
	__u64 length = bpf_xdp_get_buff_len(ctx);
	struct sample *sample;

	if (number % every)
		return XDP_PASS;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample) {
		__sync_fetch_and_add(&lost, 1);
		return XDP_PASS;
	}
	sample->number = number;
	sample->length = length;
	if (length > sizeof(sample->bytes))
		length = sizeof(sample->bytes);
	sample->taken = length;
	if (!length || bpf_xdp_load_bytes(ctx, 0, sample->bytes, length))
		bpf_ringbuf_discard(sample, 0);
	else
		bpf_ringbuf_submit(sample, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
