// SPDX-License-Identifier: GPL-2.0-only
/*
 * An echo service past the stack: "xsk_echo eth0". A frame goes round: the
 * kernel writes it into the memory that both share (xsk.h), it is answered
 * where it lies, sent from there, and may be received into again.
 */
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/if_ether.h>

#include "xsk.h"
#include "xsk_echo.skel.h"

static void swap(void *one, void *other, size_t size)
{
	char kept[ETH_ALEN];

	memcpy(kept, one, size);
	memcpy(one, other, size);
	memcpy(other, kept, size);
}

/* Back to where it came from. A checksum is a sum, and stays right. */
static void answer(void *frame)
{
	struct ethhdr *eth = frame;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)ip + ip->ihl * 4;

	swap(eth->h_dest, eth->h_source, ETH_ALEN);
	swap(&ip->daddr, &ip->saddr, sizeof(ip->saddr));
	swap(&udp->dest, &udp->source, sizeof(udp->source));
}

/* From rx to tx; how many. */
static __u32 answer_received(struct xsk *xsk)
{
	__u32 i, count = count_new(&xsk->rx);

	for (i = 0; i < count; i++) {
		__u32 from = *xsk->rx.consumer + i, to = *xsk->tx.producer + i;
		struct xdp_desc frame = xsk->rx.frames[from % FRAMES];

		answer(xsk->memory + frame.addr);
		xsk->tx.frames[to % FRAMES] = frame;
	}
	move(xsk->rx.consumer, count);
	move(xsk->tx.producer, count);
	return count;
}

/* From completion to fill; how many. */
static __u32 reuse_sent(struct xsk *xsk)
{
	__u32 i, count = count_new(&xsk->completion);

	for (i = 0; i < count; i++) {
		__u32 from = *xsk->completion.consumer + i;
		__u32 to = *xsk->fill.producer + i;

		xsk->fill.addresses[to % FRAMES] =
			xsk->completion.addresses[from % FRAMES];
	}
	move(xsk->completion.consumer, count);
	move(xsk->fill.producer, count);
	return count;
}

static void serve(struct xsk *xsk)
{
	struct pollfd received = { .fd = xsk->fd, .events = POLLIN };
	__u32 unsent = 0;

	for (;;) {
		/* That a frame has been sent wakes nobody. */
		poll(&received, 1, unsent ? 1 : -1);
		unsent += answer_received(xsk);
		if (unsent)
			sendto(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
		unsent -= reuse_sent(xsk);
	}
}

int main(int argc, char **argv)
{
	unsigned int ifindex = argc == 2 ? if_nametoindex(argv[1]) : 0;
	struct xsk_echo *bpf;
	const int queue = 0;
	struct xsk xsk;

	if (!ifindex)
		errx(2, "usage: xsk_echo INTERFACE");
	bpf = xsk_echo__open_and_load();
	if (!bpf)
		err(1, "the program");
	xsk = open_xsk(ifindex);
	if (bpf_map_update_elem(bpf_map__fd(bpf->maps.sockets), &queue, &xsk.fd,
				BPF_ANY))
		err(1, "the map of sockets");
	/* It comes off when this process ends, in whatever way. */
	if (!bpf_program__attach_xdp(bpf->progs.to_socket, ifindex))
		err(1, "attach to %s", argv[1]);
	fprintf(stderr, "echo on %s\n", argv[1]);
	serve(&xsk);
}
