/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An AF_XDP socket on queue 0 of a device. The process and the kernel share
 * memory for FRAMES frames, and four rings that say whose turn it is with which
 * of them: "fill" has those that may be received into, "rx" those received,
 * "tx" those to be sent, "completion" those sent. Writing entries moves a
 * ring's producer index, and reading them its consumer index.
 */
#ifndef EXAMPLES_XSK_H
#define EXAMPLES_XSK_H

#include <err.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <linux/if_xdp.h>

enum { FRAMES = 1024, FRAME_SIZE = 4096 };

struct ring {
	__u32 *producer, *consumer;
	union {
		__u64 *addresses;		/* of fill and completion */
		struct xdp_desc *frames;	/* of rx and tx */
	};
};

struct xsk {
	int fd;
	char *memory;
	struct ring fill, rx, tx, completion;
};

/* How many entries the kernel has written that were not read yet. */
static __u32 count_new(const struct ring *ring)
{
	return __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) -
	       *ring->consumer;
}

/* Moves an index, when the entries have been written or read. */
static void move(__u32 *index, __u32 count)
{
	__atomic_store_n(index, *index + count, __ATOMIC_RELEASE);
}

static void set(int fd, int option, const void *value, socklen_t size)
{
	if (setsockopt(fd, SOL_XDP, option, value, size))
		err(1, "option %d of an AF_XDP socket", option);
}

/* Each ring has room for all frames, so none can be full. */
static struct ring make_ring(int fd, int option, off_t page, size_t entry,
			     const struct xdp_ring_offset *at)
{
	const int entries = FRAMES;
	void *start;

	set(fd, option, &entries, sizeof(entries));
	start = mmap(NULL, at->desc + entries * entry, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_POPULATE, fd, page);
	if (start == MAP_FAILED)
		err(1, "mmap of a ring");
	return (struct ring){ start + at->producer, start + at->consumer,
			      { start + at->desc } };
}

static struct xsk open_xsk(unsigned int ifindex)
{
	struct sockaddr_xdp address = { .sxdp_family = AF_XDP,
					.sxdp_ifindex = ifindex };
	struct xdp_umem_reg umem = { .len = FRAMES * FRAME_SIZE,
				     .chunk_size = FRAME_SIZE };
	struct xsk xsk = { .fd = socket(AF_XDP, SOCK_RAW, 0) };
	struct xdp_mmap_offsets at;
	socklen_t size = sizeof(at);
	__u64 i;

	xsk.memory = aligned_alloc(FRAME_SIZE, umem.len);
	umem.addr = (unsigned long)xsk.memory;
	set(xsk.fd, XDP_UMEM_REG, &umem, sizeof(umem));
	if (getsockopt(xsk.fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size))
		err(1, "XDP_MMAP_OFFSETS");
	xsk.fill = make_ring(xsk.fd, XDP_UMEM_FILL_RING,
			     XDP_UMEM_PGOFF_FILL_RING, sizeof(__u64), &at.fr);
	xsk.rx = make_ring(xsk.fd, XDP_RX_RING, XDP_PGOFF_RX_RING,
			   sizeof(struct xdp_desc), &at.rx);
	xsk.tx = make_ring(xsk.fd, XDP_TX_RING, XDP_PGOFF_TX_RING,
			   sizeof(struct xdp_desc), &at.tx);
	xsk.completion = make_ring(xsk.fd, XDP_UMEM_COMPLETION_RING,
				   XDP_UMEM_PGOFF_COMPLETION_RING,
				   sizeof(__u64), &at.cr);
	for (i = 0; i < FRAMES; i++)
		xsk.fill.addresses[i] = i * FRAME_SIZE;
	move(xsk.fill.producer, FRAMES);
	if (bind(xsk.fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "bind of an AF_XDP socket");
	return xsk;
}

#endif
