/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NET_XDP_RING_H
#define _NET_XDP_RING_H

/*
 * XDP for a NIC with simple rings: what no descriptor format touches.
 *
 * A driver keeps one struct xdp_ring_rxq per Rx queue. Its poll hands every
 * received buffer to xdp_ring_add_page(); when a frame is whole,
 * xdp_ring_run() runs the program on it and carries out the verdict, and for
 * a frame that passes xdp_ring_build_skb() makes the skb. The page of a dropped
 * frame may stay in its descriptor, one that was transmitted comes back through
 * xdp_ring_put_page(). xdp_ring_poll_end() closes the poll. The driver's part is
 * a function that posts the frames of the bulk queue (xdp_ring_tx_fn); it is
 * inlined with the rest.
 *
 * Every buffer is one order-0 page of the queue's page_pool, mapped
 * DMA_BIDIRECTIONAL, with XDP_RING_HEADROOM in front and room for
 * skb_shared_info at the end. Nothing of that depends on a program being
 * attached, so a program comes and goes by an exchange of one pointer.
 */

#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include <net/page_pool/helpers.h>
#include <net/xdp.h>

/* Frames an XDP_TX bulk holds: what a poll with the usual budget can produce */
#define XDP_RING_TX_BULK	NAPI_POLL_WEIGHT

/* Pages that wait in a queue for its next refill: about what a poll frees */
#define XDP_RING_SPARES		NAPI_POLL_WEIGHT

/* What lies in front of a received frame; IP headers come out aligned */
#define XDP_RING_HEADROOM	(XDP_PACKET_HEADROOM + NET_IP_ALIGN)

/* The most parts a frame can have: the linear one and the frags */
#define XDP_RING_MAX_PARTS	(MAX_SKB_FRAGS + 1)

/* What is left to do for a frame that a program has seen */
enum xdp_ring_next {
	XDP_RING_TO_STACK,	/* it goes up the stack: see xdp_ring_build_skb() */
	XDP_RING_GONE,		/* nothing */
	XDP_RING_REUSE,		/* its page may be received into once more */
};

enum xdp_ring_rx_stat {
	XDP_RING_PASS,
	XDP_RING_DROP,
	XDP_RING_ABORTED,
	XDP_RING_TX,
	XDP_RING_TX_ERRORS,
	XDP_RING_REDIRECT,
	XDP_RING_REDIRECT_ERRORS,
	XDP_RING_OVERSIZE,
	XDP_RING_RX_STATS
};

enum xdp_ring_tx_stat {
	XDP_RING_XMIT,
	XDP_RING_XMIT_ERRORS,
	XDP_RING_TX_STATS
};

/* What xdp_ring_get_strings() and xdp_ring_get_stats() add to ethtool -S */
#define XDP_RING_STATS_LEN	(XDP_RING_RX_STATS + XDP_RING_TX_STATS)

/**
 * struct xdp_ring_stats - XDP counters of a queue pair
 * @rx: frames by outcome; but for XDP_RING_OVERSIZE, their sum is the frames
 *	that a program saw
 * @rx_syncp: guards @rx, which the queue's NAPI writes
 * @tx: frames that came through ndo_xdp_xmit, by outcome
 * @tx_syncp: guards @tx, which is written under the Tx queue's lock
 */
struct xdp_ring_stats {
	u64_stats_t rx[XDP_RING_RX_STATS];
	struct u64_stats_sync rx_syncp;
	u64_stats_t tx[XDP_RING_TX_STATS];
	struct u64_stats_sync tx_syncp;
};

/**
 * struct xdp_ring_frame - a frame on its way out
 * @data: start of the linear part
 * @sinfo: the frags, or NULL when the frame is linear
 * @xdpf: the redirected frame, or NULL for XDP_TX from pages of our own
 * @page: the page that the linear part lies in
 * @len: bytes in the linear part
 */
struct xdp_ring_frame {
	void *data;
	struct skb_shared_info *sinfo;
	struct xdp_frame *xdpf;
	struct page *page;
	u32 len;
};

/**
 * struct xdp_ring_part - a piece of a frame that the device can read
 * @dma: bus address
 * @len: bytes
 * @page: the page that the piece lies in
 */
struct xdp_ring_part {
	dma_addr_t dma;
	u32 len;
	struct page *page;
};

/**
 * struct xdp_ring_rxq - XDP state of one Rx queue
 * @xdp: the frame being collected; it survives from poll to poll.
 *	 @xdp.data is NULL between frames.
 * @page: what the linear part of @xdp lies in
 * @pool: the queue's buffers
 * @stats: where the queue counts
 * @gfp: how pages are allocated
 * @redirected: a frame of this poll may wait for xdp_do_flush()
 * @tx_posted: a frame of this poll was posted and waits for the doorbell
 * @tx_count: frames in @tx
 * @prog: program that the frames in @tx came from
 * @pending: frames of this poll by outcome
 * @spares: pages in @spare
 * @spare: pages that nobody else has seen; they are received into next
 * @info: what the stack knows of the queue
 * @tx: XDP_TX frames that wait for the Tx lock; none has an xdpf
 */
struct xdp_ring_rxq {
	struct xdp_buff xdp;
	struct page *page;
	struct page_pool *pool;
	struct xdp_ring_stats *stats;
	gfp_t gfp;
	bool redirected;
	bool tx_posted;
	u32 tx_count;
	const struct bpf_prog *prog;
	u32 pending[XDP_RING_RX_STATS];
	u32 spares;
	struct page *spare[XDP_RING_SPARES];
	struct xdp_rxq_info info;
	struct xdp_ring_frame tx[XDP_RING_TX_BULK];
};

/**
 * struct xdp_ring_config - how to set a queue up
 * @netdev: the interface
 * @napi: the NAPI that polls the queue; its pages are recycled without a lock
 * @dev: the device that reads and writes the buffers
 * @stats: where the queue counts; outlives it
 * @queue: index of the queue
 * @count: descriptors in the ring
 * @buf_len: bytes that the device writes to one buffer at most
 */
struct xdp_ring_config {
	struct net_device *netdev;
	struct napi_struct *napi;
	struct device *dev;
	struct xdp_ring_stats *stats;
	u32 queue;
	u32 count;
	u32 buf_len;
};

/**
 * typedef xdp_ring_tx_fn - post the frames of the bulk queue
 * @rxq: queue whose bulk is to be posted
 * @doorbell: tell the device as well
 *
 * Takes the Tx lock, posts each frame of @rxq->tx, passes those that cannot be
 * posted to xdp_ring_tx_failed(), and calls xdp_ring_tx_done().
 *
 * Context: the queue's NAPI.
 */
typedef void (*xdp_ring_tx_fn)(struct xdp_ring_rxq *rxq, bool doorbell);

void xdp_ring_stats_init(struct xdp_ring_stats *stats);
void xdp_ring_get_strings(u8 **data);
void xdp_ring_get_stats(const struct xdp_ring_stats *stats, u64 *data);

int xdp_ring_create(struct xdp_ring_rxq *rxq,
		    const struct xdp_ring_config *config);
void xdp_ring_reset(struct xdp_ring_rxq *rxq);
void xdp_ring_destroy(struct xdp_ring_rxq *rxq);

bool xdp_ring_add_frag(struct xdp_ring_rxq *rxq, struct page *page, u32 len);
void xdp_ring_trim_frags(struct xdp_ring_rxq *rxq, u32 len);
void xdp_ring_recycle(struct xdp_ring_rxq *rxq, u32 sync);
void xdp_ring_exception(struct xdp_ring_rxq *rxq, struct bpf_prog *prog,
			u32 act, u32 sync);
void xdp_ring_tx_failed(struct xdp_ring_rxq *rxq,
			const struct xdp_ring_frame *frame);
void xdp_ring_commit_stats(struct xdp_ring_rxq *rxq);
int xdp_ring_map_frags(struct device *dev, const struct xdp_ring_frame *frame,
		       struct xdp_ring_part *parts);
bool xdp_ring_pad(struct xdp_ring_frame *frame, const void *hard_end, u32 len);

/**
 * xdp_ring_alloc_page - take a buffer for the device to write to
 * @rxq: queue that needs it
 *
 * Context: the queue's NAPI, or while that is disabled.
 * Return: the page, or NULL when there is no memory.
 */
static inline struct page *xdp_ring_alloc_page(struct xdp_ring_rxq *rxq)
{
	if (rxq->spares)
		return rxq->spare[--rxq->spares];
	return page_pool_alloc_pages(rxq->pool, rxq->gfp);
}

/**
 * xdp_ring_dma_addr - where the device is to write in a buffer
 * @page: the buffer
 *
 * Return: the bus address.
 */
static inline dma_addr_t xdp_ring_dma_addr(const struct page *page)
{
	return page_pool_get_dma_addr(page) + XDP_RING_HEADROOM;
}

/**
 * xdp_ring_sync_for_device - let the device write to a page once more
 * @rxq: queue that the page belongs to
 * @page: the page
 * @len: bytes of its buffer that were written to, -1 for all
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_sync_for_device(struct xdp_ring_rxq *rxq,
					    struct page *page, u32 len)
{
	const struct page_pool_params_fast *params = &rxq->pool->p;

	dma_sync_single_range_for_device(params->dev,
					 page_pool_get_dma_addr(page),
					 params->offset,
					 min(len, params->max_len),
					 DMA_BIDIRECTIONAL);
}

/**
 * xdp_ring_put_page - take back a page that was transmitted
 * @rxq: queue that the page belongs to
 * @page: the page; neither stack nor another driver has ever had it
 *
 * It is kept for the next refill, which spares it the way through the pool:
 * several times the instructions of this.
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_put_page(struct xdp_ring_rxq *rxq,
				     struct page *page)
{
	if (unlikely(rxq->spares == XDP_RING_SPARES ||
		     page_is_pfmemalloc(page))) {
		page_pool_put_full_page(rxq->pool, page, true);
		return;
	}
	xdp_ring_sync_for_device(rxq, page, -1);
	rxq->spare[rxq->spares++] = page;
}

/**
 * xdp_ring_discard - give up the frame being collected, if there is one
 * @rxq: queue that may hold part of a frame
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_discard(struct xdp_ring_rxq *rxq)
{
	if (rxq->xdp.data)
		xdp_ring_recycle(rxq, -1);
}

/**
 * xdp_ring_add_page - add a received buffer to the frame being collected
 * @rxq: queue that received it
 * @page: the buffer
 * @len: bytes that the device wrote, checked by the caller against the
 *	 buffer's length
 *
 * Context: the queue's NAPI.
 * Return: false when the frame has no room for another frag. The caller keeps
 * the page then, and should discard the frame.
 */
static inline bool xdp_ring_add_page(struct xdp_ring_rxq *rxq,
				     struct page *page, u32 len)
{
	struct xdp_buff *xdp = &rxq->xdp;

	page_pool_dma_sync_for_cpu(rxq->pool, page, 0, len);
	if (unlikely(xdp->data))
		return xdp_ring_add_frag(rxq, page, len);

	rxq->page = page;
	xdp_reinit_buff(xdp);
	xdp_prepare_buff(xdp, page_address(page), XDP_RING_HEADROOM, len,
			 true);
	net_prefetch(xdp->data);
	return true;
}

/**
 * xdp_ring_trim - cut bytes off the end of the collected frame
 * @rxq: queue that holds the frame
 * @len: bytes to cut, less than the frame has; they may lie in two buffers
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_trim(struct xdp_ring_rxq *rxq, u32 len)
{
	struct xdp_buff *xdp = &rxq->xdp;

	if (unlikely(xdp_buff_has_frags(xdp)))
		xdp_ring_trim_frags(rxq, len);
	else
		xdp->data_end -= len;
}

/**
 * xdp_ring_tx_queue - put the collected frame into the bulk for XDP_TX
 * @rxq: queue that holds the frame
 * @prog: program that says so
 * @flush: the driver's function to make room in the bulk
 *
 * Context: the queue's NAPI.
 * Return: false when the frame is shorter than the wire wants it and cannot be
 * padded. The frame is still in @rxq->xdp then.
 */
static __always_inline bool xdp_ring_tx_queue(struct xdp_ring_rxq *rxq,
					      const struct bpf_prog *prog,
					      xdp_ring_tx_fn flush)
{
	struct xdp_buff *xdp = &rxq->xdp;
	struct xdp_ring_frame *frame;

	if (unlikely(rxq->tx_count == XDP_RING_TX_BULK))
		flush(rxq, false);

	frame = &rxq->tx[rxq->tx_count];
	frame->data = xdp->data;
	frame->len = xdp->data_end - xdp->data;
	frame->page = rxq->page;
	frame->sinfo = NULL;
	if (unlikely(xdp_buff_has_frags(xdp)))
		frame->sinfo = xdp_get_shared_info_from_buff(xdp);
	if (unlikely(frame->len < ETH_ZLEN) &&
	    !xdp_ring_pad(frame, xdp_data_hard_end(xdp), ETH_ZLEN))
		return false;

	rxq->tx_count++;
	rxq->prog = prog;
	xdp->data = NULL;
	return true;
}

/* Bytes of the linear part's buffer that were written to: device and program
 * both may have gone up to the farther end.
 */
static inline u32 xdp_ring_written(const struct xdp_buff *xdp, void *end)
{
	return max(end, xdp->data_end) - xdp->data_hard_start -
	       XDP_RING_HEADROOM;
}

/**
 * xdp_ring_run - run the program on the collected frame and do as it says
 * @rxq: queue that holds the frame
 * @prog: program to run
 * @flush: the driver's function that posts the XDP_TX bulk
 *
 * Context: the queue's NAPI.
 * Return: what is left to do. A frame that is to go up the stack is in
 * @rxq->xdp, as the program left it. A page that may be used again is
 * @rxq->page, and the caller's.
 */
static __always_inline enum xdp_ring_next
xdp_ring_run(struct xdp_ring_rxq *rxq, struct bpf_prog *prog,
	     xdp_ring_tx_fn flush)
{
	struct xdp_buff *xdp = &rxq->xdp;
	void *end = xdp->data_end;
	u32 act;

	/* Devices may receive more than the MTU, which is all that was looked
	 * at when a program without frags was attached.
	 */
	if (unlikely(xdp_buff_has_frags(xdp) && !prog->aux->xdp_has_frags)) {
		rxq->pending[XDP_RING_OVERSIZE]++;
		xdp_ring_recycle(rxq, -1);
		return XDP_RING_GONE;
	}

	act = bpf_prog_run_xdp(prog, xdp);
	if (act == XDP_PASS) {
		rxq->pending[XDP_RING_PASS]++;
		return XDP_RING_TO_STACK;
	}

	switch (act) {
	case XDP_TX:
		if (unlikely(!xdp_ring_tx_queue(rxq, prog, flush)))
			goto exception;
		break;
	case XDP_REDIRECT:
		/* A broadcast that fails may have queued some of its copies */
		rxq->redirected = true;
		if (unlikely(xdp_do_redirect(xdp->rxq->dev, xdp, prog)))
			goto exception;
		rxq->pending[XDP_RING_REDIRECT]++;
		xdp->data = NULL;
		break;
	case XDP_DROP:
		rxq->pending[XDP_RING_DROP]++;
		/* What comes from the reserves is not kept for long */
		if (likely(!xdp_buff_has_frags(xdp) &&
			   !page_is_pfmemalloc(rxq->page))) {
			xdp_ring_sync_for_device(rxq, rxq->page,
						 xdp_ring_written(xdp, end));
			xdp->data = NULL;
			return XDP_RING_REUSE;
		}
		xdp_ring_recycle(rxq, xdp_ring_written(xdp, end));
		break;
	default:
exception:
		xdp_ring_exception(rxq, prog, act, xdp_ring_written(xdp, end));
		break;
	}
	return XDP_RING_GONE;
}

/**
 * xdp_ring_build_skb - make an skb of the collected frame, around its pages
 * @rxq: queue that holds the frame
 *
 * Data, metadata and frags are those that the program left.
 *
 * Context: the queue's NAPI.
 * Return: the skb, or NULL without memory; the frame is gone in either case.
 */
static inline struct sk_buff *xdp_ring_build_skb(struct xdp_ring_rxq *rxq)
{
	struct skb_shared_info *sinfo = NULL;
	struct xdp_buff *xdp = &rxq->xdp;
	u32 nr_frags, size, metasize;
	struct sk_buff *skb;

	/* build_skb() wipes the count, which lies in the same place */
	if (unlikely(xdp_buff_has_frags(xdp))) {
		sinfo = xdp_get_shared_info_from_buff(xdp);
		nr_frags = sinfo->nr_frags;
		size = sinfo->xdp_frags_size;
	}

	skb = napi_build_skb(xdp->data_hard_start, PAGE_SIZE);
	if (unlikely(!skb)) {
		xdp_ring_recycle(rxq, -1);
		return NULL;
	}

	skb_mark_for_recycle(skb);
	skb_reserve(skb, xdp->data - xdp->data_hard_start);
	__skb_put(skb, xdp->data_end - xdp->data);
	metasize = xdp->data - xdp->data_meta;
	if (metasize)
		skb_metadata_set(skb, metasize);
	if (unlikely(sinfo))
		xdp_update_skb_frags_info(skb, nr_frags, size,
					  nr_frags * PAGE_SIZE,
					  xdp_buff_get_skb_flags(xdp));
	xdp->data = NULL;
	return skb;
}

/**
 * xdp_ring_tx_done - account for a bulk that the driver has posted
 * @rxq: queue whose bulk it was
 * @sent: how many of its frames were posted
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_tx_done(struct xdp_ring_rxq *rxq, u32 sent)
{
	rxq->pending[XDP_RING_TX] += sent;
	rxq->tx_posted |= sent;
	rxq->tx_count = 0;
}

/**
 * xdp_ring_poll_end - close a poll: transmit, flush redirects, count
 * @rxq: queue that was polled
 * @flush: the driver's function that posts the XDP_TX bulk
 *
 * To be called in every poll in which a program may have run, before
 * napi_complete_done().
 *
 * Context: the queue's NAPI.
 */
static __always_inline void xdp_ring_poll_end(struct xdp_ring_rxq *rxq,
					      xdp_ring_tx_fn flush)
{
	if (rxq->tx_count || rxq->tx_posted) {
		flush(rxq, true);
		rxq->tx_posted = false;
	}
	if (rxq->redirected) {
		xdp_do_flush();
		rxq->redirected = false;
	}
	xdp_ring_commit_stats(rxq);
}

/**
 * xdp_ring_frame_init - describe a frame that was handed to ndo_xdp_xmit
 * @frame: what to fill in
 * @xdpf: the frame
 *
 * Return: false when the frame is shorter than the wire wants it and cannot be
 * padded.
 */
static inline bool xdp_ring_frame_init(struct xdp_ring_frame *frame,
				       struct xdp_frame *xdpf)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_frame(xdpf);

	frame->data = xdpf->data;
	frame->len = xdpf->len;
	frame->xdpf = xdpf;
	frame->page = virt_to_page(xdpf->data);
	frame->sinfo = xdp_frame_has_frags(xdpf) ? sinfo : NULL;
	return likely(frame->len >= ETH_ZLEN) ||
	       xdp_ring_pad(frame, sinfo, ETH_ZLEN);
}

/**
 * xdp_ring_parts - how many parts a frame has
 * @frame: the frame
 *
 * Return: 1 for a linear frame, at most XDP_RING_MAX_PARTS.
 */
static inline u32 xdp_ring_parts(const struct xdp_ring_frame *frame)
{
	return likely(!frame->sinfo) ? 1 : 1 + frame->sinfo->nr_frags;
}

/**
 * xdp_ring_frame_len - how long a frame is
 * @frame: the frame
 *
 * Return: bytes, without FCS.
 */
static inline u32 xdp_ring_frame_len(const struct xdp_ring_frame *frame)
{
	u32 len = frame->len;

	if (unlikely(frame->sinfo))
		len += frame->sinfo->xdp_frags_size;
	return len;
}

/**
 * xdp_ring_map_linear - make the linear part of a frame readable for the device
 * @dev: the device
 * @frame: the frame
 *
 * A page of our own pool is mapped already and only synced. That of a
 * redirected frame is mapped; unmap it with dma_unmap_page().
 *
 * Return: the bus address, or what dma_mapping_error() knows.
 */
static inline dma_addr_t
xdp_ring_map_linear(struct device *dev, const struct xdp_ring_frame *frame)
{
	u32 offset = offset_in_page(frame->data);
	dma_addr_t dma;

	if (frame->xdpf)
		return dma_map_page(dev, frame->page, offset, frame->len,
				    DMA_TO_DEVICE);

	dma = page_pool_get_dma_addr(frame->page) + offset;
	dma_sync_single_for_device(dev, dma, frame->len, DMA_BIDIRECTIONAL);
	return dma;
}

/**
 * xdp_ring_map - make a frame readable for the device
 * @dev: the device
 * @frame: the frame
 * @parts: filled with xdp_ring_parts() pieces
 *
 * As xdp_ring_map_linear(), for the frags as well.
 *
 * Return: 0, or -ENOMEM with nothing mapped.
 */
static inline int xdp_ring_map(struct device *dev,
			       const struct xdp_ring_frame *frame,
			       struct xdp_ring_part *parts)
{
	parts->page = frame->page;
	parts->len = frame->len;
	parts->dma = xdp_ring_map_linear(dev, frame);
	if (unlikely(dma_mapping_error(dev, parts->dma)))
		return -ENOMEM;

	return frame->sinfo ? xdp_ring_map_frags(dev, frame, parts) : 0;
}

/**
 * xdp_ring_count_xmit - count what ndo_xdp_xmit did
 * @stats: the queue pair's counters
 * @sent: frames that were posted
 * @failed: frames that were not
 *
 * Context: the Tx queue's lock is held, bottom halves are off.
 */
static inline void xdp_ring_count_xmit(struct xdp_ring_stats *stats, u32 sent,
				       u32 failed)
{
	u64_stats_update_begin(&stats->tx_syncp);
	u64_stats_add(&stats->tx[XDP_RING_XMIT], sent);
	u64_stats_add(&stats->tx[XDP_RING_XMIT_ERRORS], failed);
	u64_stats_update_end(&stats->tx_syncp);
}

#endif /* _NET_XDP_RING_H */
