// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints one of so many frames that come to a device, while all of them go on:
 *
 *	sampler eth0 100
 *
 * A line has the frame's number, its length, and its first bytes. The skeleton,
 * which bpftool has made of sampler.bpf.o, holds the program and names its maps
 * and variables.
 */
#include <err.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "sampler.h"
#include "sampler.skel.h"

static int show(void *context, void *data, size_t size)
{
	const struct sample *sample = data;
	__u32 i;

	printf("%llu: %u bytes, ", sample->number, sample->length);
	for (i = 0; i < sample->taken; i++)
		printf("%02x", sample->bytes[i]);
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int ifindex = argc == 3 ? if_nametoindex(argv[1]) : 0;
	unsigned long every = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct ring_buffer *ring;
	struct sampler *bpf;

	if (!ifindex || !every)
		errx(2, "usage: sampler INTERFACE FRAMES");
	/* A line at once, whoever reads it. */
	setlinebuf(stdout);
	bpf = sampler__open();
	if (!bpf)
		err(1, "the program");
	bpf->data->every = every;
	if (sampler__load(bpf))
		err(1, "the program");
	ring = ring_buffer__new(bpf_map__fd(bpf->maps.samples), show, NULL,
				NULL);
	if (!ring)
		err(1, "the ring buffer");
	/* It comes off when this process ends, in whatever way. */
	if (!bpf_program__attach_xdp(bpf->progs.sample_frames, ifindex))
		err(1, "attach to %s", argv[1]);
	printf("1 of %lu frames of %s\n", every, argv[1]);
	while (ring_buffer__poll(ring, -1) >= 0)
		;
	err(1, "the ring buffer");
}
