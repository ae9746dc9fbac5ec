/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NET_XDP_RING_H
#define _NET_XDP_RING_H

/*
 * XDP for a NIC with simple rings: what no descriptor format touches.
 *
 * A driver keeps one struct xdp_ring_rxq per Rx queue. Its poll hands a buffer
 * that holds a whole frame to xdp_ring_begin(), and the buffers of a longer
 * frame to xdp_ring_add_buf(), one after the other. xdp_ring_run() runs the
 * program on the frame and carries out the verdict; of a frame that passes the
 * core makes the skb. The buffer of a dropped frame may stay in its descriptor,
 * one that was transmitted comes back through xdp_ring_put_buf().
 * xdp_ring_poll_end() closes the poll. The driver's part is a function that
 * posts the frames of the bulk queue (xdp_ring_tx_fn). What takes it is
 * inlined, so that it is called directly.
 *
 * A buffer is XDP_RING_BUF_SIZE bytes of a page of the queue's page_pool,
 * mapped DMA_BIDIRECTIONAL, with XDP_RING_HEADROOM in front and room for
 * skb_shared_info at the end. Where pages are larger, several buffers share
 * one.
 * Nothing of that depends on a program being attached, so a program comes and
 * goes by an exchange of one pointer.
 */

#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include <net/page_pool/helpers.h>
#include <net/xdp.h>

/* Bytes of a buffer, and what it begins at a multiple of */
#define XDP_RING_BUF_SIZE	SZ_4K

/* Frames an XDP_TX bulk holds: what a poll with the usual budget can produce */
#define XDP_RING_TX_BULK	NAPI_POLL_WEIGHT

/* Buffers that wait in a queue for its next refill: about what a poll frees */
#define XDP_RING_SPARES		NAPI_POLL_WEIGHT

/* What lies in front of a received frame; IP headers come out aligned */
#define XDP_RING_HEADROOM	(XDP_PACKET_HEADROOM + NET_IP_ALIGN)

/* The most parts a frame can have: the linear one and the frags */
#define XDP_RING_MAX_PARTS	(MAX_SKB_FRAGS + 1)

/**
 * enum xdp_ring_next - what is left to do for a frame that a program has seen
 * @XDP_RING_TO_STACK: make an skb of it
 * @XDP_RING_GONE: nothing
 * @XDP_RING_REUSE: its buffer may be received into again
 */
enum xdp_ring_next {
	XDP_RING_TO_STACK,
	XDP_RING_GONE,
	XDP_RING_REUSE,
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
 * struct xdp_ring_buf - a buffer that the device writes to
 * @va: where it begins, NULL for no buffer
 * @dma: bus address of what is behind XDP_RING_HEADROOM
 *
 * Whole pages are mapped, so that a buffer begins at a multiple of its size for
 * the device as well.
 */
struct xdp_ring_buf {
	void *va;
	dma_addr_t dma;
};

/**
 * struct xdp_ring_frame - a frame to transmit
 * @data: start of the linear part
 * @dma: its bus address; set for frames in buffers of our own
 * @xdpf: the redirected frame, or NULL for XDP_TX from a buffer of our own
 * @len: bytes in the linear part
 * @has_frags: there are others behind it
 */
struct xdp_ring_frame {
	void *data;
	dma_addr_t dma;
	struct xdp_frame *xdpf;
	u32 len;
	bool has_frags;
};

/**
 * struct xdp_ring_part - a piece of a frame that the device can read
 * @data: the piece; set for frames in buffers of our own
 * @dma: its bus address
 * @len: bytes
 */
struct xdp_ring_part {
	void *data;
	dma_addr_t dma;
	u32 len;
};

/**
 * enum xdp_ring_state - where a queue is in a frame of several buffers
 * @XDP_RING_BETWEEN: between frames: the next buffer begins one
 * @XDP_RING_PARTIAL: the rest of the frame in xdp is to come
 * @XDP_RING_DISCARDING: the rest of a frame that was refused is to come
 */
enum xdp_ring_state {
	XDP_RING_BETWEEN,
	XDP_RING_PARTIAL,
	XDP_RING_DISCARDING,
};

/**
 * struct xdp_ring_rxq - XDP state of one Rx queue
 * @xdp: the frame that a program is run on; while it is received in part, it
 *	 survives from poll to poll
 * @dma: bus address of the linear part's buffer, as in struct xdp_ring_buf
 * @dev: the device that reads and writes the buffers
 * @prog: program that the frames in @tx came from
 * @pending: frames of this poll by outcome
 * @tx_count: frames in @tx
 * @spares: buffers in @spare
 * @state: where the queue is in a frame; enum xdp_ring_state
 * @has_reserves: buffers may come from the memory reserves, which are not kept
 * @redirected: a frame of this poll may wait for xdp_do_flush()
 * @tx_posted: a frame of this poll was posted and waits for the doorbell
 * @buf_len: bytes that the device writes to one buffer at most
 * @gfp: how pages are allocated
 * @pool: what buffers are taken from
 * @stats: where the queue counts
 * @info: what the stack knows of the queue
 * @spare: buffers that nobody else has seen; they are received into next
 * @tx: XDP_TX frames that wait for the Tx lock; none has an xdpf
 *
 * What every frame needs is in the first two cache lines of 64 bytes.
 */
struct xdp_ring_rxq {
	struct xdp_buff xdp;
	dma_addr_t dma;

	struct device *dev;
	const struct bpf_prog *prog;
	u32 pending[XDP_RING_RX_STATS];
	u32 tx_count;
	u32 spares;
	u8 state;
	bool has_reserves;
	bool redirected;
	bool tx_posted;

	u32 buf_len;
	gfp_t gfp;
	struct page_pool *pool;
	struct xdp_ring_stats *stats;
	struct xdp_rxq_info info;

	struct xdp_ring_buf spare[XDP_RING_SPARES];
	struct xdp_ring_frame tx[XDP_RING_TX_BULK];
};

/**
 * struct xdp_ring_config - how to set a queue up
 * @netdev: the interface
 * @napi: the NAPI that polls the queue; it recycles buffers without a lock
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

bool xdp_ring_add_buf(struct xdp_ring_rxq *rxq, const struct xdp_ring_buf *buf,
		      u32 len, bool eop);
void xdp_ring_refuse(struct xdp_ring_rxq *rxq, const struct xdp_ring_buf *buf,
		     bool eop);
void xdp_ring_trim(struct xdp_ring_rxq *rxq, u32 len);
void xdp_ring_exception(struct xdp_ring_rxq *rxq, struct bpf_prog *prog,
			u32 act);
struct sk_buff *xdp_ring_copy_skb(struct xdp_ring_rxq *rxq,
				  struct napi_struct *napi, u32 most);
void xdp_ring_tx_failed(struct xdp_ring_rxq *rxq,
			const struct xdp_ring_frame *frame);
void xdp_ring_commit_stats(struct xdp_ring_rxq *rxq);
int xdp_ring_map_frags(struct device *dev, const struct xdp_ring_frame *frame,
		       struct xdp_ring_part *parts);
bool xdp_ring_pad(struct xdp_ring_frame *frame, u32 len);

/**
 * xdp_ring_take_spare - take a buffer that is at hand
 * @rxq: queue that needs it
 * @buf: filled with the buffer
 *
 * Context: the queue's NAPI, or while that is disabled.
 * Return: false when there is none; try xdp_ring_alloc_buf().
 */
static inline bool xdp_ring_take_spare(struct xdp_ring_rxq *rxq,
				       struct xdp_ring_buf *buf)
{
	if (!rxq->spares)
		return false;
	*buf = rxq->spare[--rxq->spares];
	return true;
}

/**
 * xdp_ring_alloc_buf - take a buffer for the device to write to
 * @rxq: queue that needs it
 * @buf: filled with the buffer
 *
 * Context: the queue's NAPI, or while that is disabled.
 * Return: false when there is no memory.
 */
static inline bool xdp_ring_alloc_buf(struct xdp_ring_rxq *rxq,
				      struct xdp_ring_buf *buf)
{
	unsigned int offset = 0, size = XDP_RING_BUF_SIZE;
	struct page *page;

	if (xdp_ring_take_spare(rxq, buf))
		return true;
	if (PAGE_SIZE == XDP_RING_BUF_SIZE)
		page = page_pool_alloc_pages(rxq->pool, rxq->gfp);
	else
		page = page_pool_alloc(rxq->pool, &offset, &size, rxq->gfp);
	if (unlikely(!page))
		return false;
	if (unlikely(page_is_pfmemalloc(page)))
		rxq->has_reserves = true;
	buf->va = page_address(page) + offset;
	buf->dma = page_pool_get_dma_addr(page) + offset + XDP_RING_HEADROOM;
	return true;
}

/**
 * xdp_ring_free_buf - give a buffer back to the pool
 * @rxq: queue that it belongs to
 * @va: in the buffer
 * @in_napi: the caller is the queue's NAPI
 */
static inline void xdp_ring_free_buf(struct xdp_ring_rxq *rxq, void *va,
				     bool in_napi)
{
	page_pool_put_full_page(rxq->pool, virt_to_page(va), in_napi);
}

/* May a buffer be kept? What comes from the reserves goes back soon */
static inline bool xdp_ring_may_keep(const struct xdp_ring_rxq *rxq,
				     const void *va)
{
	return likely(!rxq->has_reserves) ||
	       !page_is_pfmemalloc(virt_to_page(va));
}

/* Let the device write to a buffer once more. A program may have written to any
 * part of it.
 */
static inline void xdp_ring_sync_for_device(struct xdp_ring_rxq *rxq,
					    dma_addr_t dma)
{
	dma_sync_single_for_device(rxq->dev, dma, rxq->buf_len,
				   DMA_BIDIRECTIONAL);
}

/**
 * xdp_ring_put_buf - take back a buffer that was transmitted
 * @rxq: queue that it belongs to
 * @data: what was transmitted; neither the stack nor another driver has ever
 *	  had the buffer
 * @dma: bus address of @data
 *
 * It is kept for the next refill, which spares it the way through the pool:
 * several times the instructions of this.
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_put_buf(struct xdp_ring_rxq *rxq, void *data,
				    dma_addr_t dma)
{
	struct xdp_ring_buf *buf = &rxq->spare[rxq->spares];

	if (unlikely(rxq->spares == XDP_RING_SPARES ||
		     !xdp_ring_may_keep(rxq, data))) {
		xdp_ring_free_buf(rxq, data, true);
		return;
	}
	buf->va = PTR_ALIGN_DOWN(data, XDP_RING_BUF_SIZE);
	buf->dma = ALIGN_DOWN(dma, XDP_RING_BUF_SIZE) + XDP_RING_HEADROOM;
	xdp_ring_sync_for_device(rxq, buf->dma);
	rxq->spares++;
}

/**
 * xdp_ring_begin - begin a frame with a received buffer
 * @rxq: queue that received it; it holds no part of another frame
 * @buf: the buffer
 * @len: bytes of the frame in it
 *
 * Context: the queue's NAPI.
 */
static inline void xdp_ring_begin(struct xdp_ring_rxq *rxq,
				  const struct xdp_ring_buf *buf, u32 len)
{
	dma_sync_single_for_cpu(rxq->dev, buf->dma, len, DMA_BIDIRECTIONAL);
	rxq->dma = buf->dma;
	xdp_reinit_buff(&rxq->xdp);
	xdp_prepare_buff(&rxq->xdp, buf->va, XDP_RING_HEADROOM, len, true);
}

/**
 * xdp_ring_frame_sinfo - where a frame's room ends, and its frags are listed
 * @frame: the frame
 *
 * Return: skb_shared_info, valid only for a frame with frags.
 */
static inline struct skb_shared_info *
xdp_ring_frame_sinfo(const struct xdp_ring_frame *frame)
{
	if (frame->xdpf)
		return xdp_get_shared_info_from_frame(frame->xdpf);
	return PTR_ALIGN_DOWN(frame->data, XDP_RING_BUF_SIZE) +
	       SKB_WITH_OVERHEAD(XDP_RING_BUF_SIZE);
}

/**
 * xdp_ring_tx_queue - put the received frame into the bulk for XDP_TX
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
	frame->dma = rxq->dma + (xdp->data - xdp->data_hard_start) -
		     XDP_RING_HEADROOM;
	frame->len = xdp->data_end - xdp->data;
	frame->has_frags = xdp_buff_has_frags(xdp);
	if (unlikely(frame->len < ETH_ZLEN) && !xdp_ring_pad(frame, ETH_ZLEN))
		return false;

	rxq->tx_count++;
	rxq->prog = prog;
	return true;
}

/**
 * xdp_ring_run - run the program on the received frame and do as it says
 * @rxq: queue that holds the frame
 * @prog: program to run
 * @flush: the driver's function that posts the XDP_TX bulk
 *
 * Context: the queue's NAPI.
 * Return: what is left to do. A frame that is to go up the stack is in
 * @rxq->xdp, as the program left it; a buffer that may be used again is
 * xdp_ring_linear(), and the caller's.
 */
static __always_inline enum xdp_ring_next
xdp_ring_run(struct xdp_ring_rxq *rxq, struct bpf_prog *prog,
	     xdp_ring_tx_fn flush)
{
	struct xdp_buff *xdp = &rxq->xdp;
	u32 act;

	/* Devices may receive more than the MTU, which is all that was looked
	 * at when a program without frags was attached.
	 */
	if (unlikely(xdp_buff_has_frags(xdp) && !prog->aux->xdp_has_frags)) {
		rxq->pending[XDP_RING_OVERSIZE]++;
		dev_core_stats_rx_dropped_inc(xdp->rxq->dev);
		xdp_return_buff(xdp);
		return XDP_RING_GONE;
	}

	act = bpf_prog_run_xdp(prog, xdp);
	switch (act) {
	case XDP_PASS:
		rxq->pending[XDP_RING_PASS]++;
		return XDP_RING_TO_STACK;
	case XDP_TX:
		if (unlikely(!xdp_ring_tx_queue(rxq, prog, flush)))
			break;
		return XDP_RING_GONE;
	case XDP_REDIRECT:
		/* A broadcast that fails may have queued some of its copies */
		rxq->redirected = true;
		if (unlikely(xdp_do_redirect(xdp->rxq->dev, xdp, prog)))
			break;
		rxq->pending[XDP_RING_REDIRECT]++;
		return XDP_RING_GONE;
	case XDP_DROP:
		rxq->pending[XDP_RING_DROP]++;
		if (unlikely(xdp_buff_has_frags(xdp) ||
			     !xdp_ring_may_keep(rxq, xdp->data))) {
			xdp_return_buff(xdp);
			return XDP_RING_GONE;
		}
		xdp_ring_sync_for_device(rxq, rxq->dma);
		return XDP_RING_REUSE;
	}
	xdp_ring_exception(rxq, prog, act);
	return XDP_RING_GONE;
}

/**
 * xdp_ring_linear - the buffer of the received frame's linear part
 * @rxq: queue that holds the frame
 *
 * Return: the buffer.
 */
static inline struct xdp_ring_buf
xdp_ring_linear(const struct xdp_ring_rxq *rxq)
{
	return (struct xdp_ring_buf) { rxq->xdp.data_hard_start, rxq->dma };
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
	frame->data = xdpf->data;
	frame->xdpf = xdpf;
	frame->len = xdpf->len;
	frame->has_frags = xdp_frame_has_frags(xdpf);
	return likely(frame->len >= ETH_ZLEN) || xdp_ring_pad(frame, ETH_ZLEN);
}

/**
 * xdp_ring_parts - how many parts a frame has
 * @frame: the frame
 *
 * Return: 1 for a linear frame, at most XDP_RING_MAX_PARTS.
 */
static inline u32 xdp_ring_parts(const struct xdp_ring_frame *frame)
{
	return likely(!frame->has_frags) ? 1 :
	       1 + xdp_ring_frame_sinfo(frame)->nr_frags;
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

	if (unlikely(frame->has_frags))
		len += xdp_ring_frame_sinfo(frame)->xdp_frags_size;
	return len;
}

/**
 * xdp_ring_map_linear - make the linear part of a frame readable for the device
 * @dev: the device
 * @frame: the frame
 *
 * A buffer of our own is mapped already and only synced. That of a redirected
 * frame is mapped; unmap it with dma_unmap_page().
 *
 * Return: the bus address, or an error for dma_mapping_error().
 */
static inline dma_addr_t
xdp_ring_map_linear(struct device *dev, const struct xdp_ring_frame *frame)
{
	if (frame->xdpf)
		return dma_map_page(dev, virt_to_page(frame->data),
				    offset_in_page(frame->data), frame->len,
				    DMA_TO_DEVICE);

	dma_sync_single_for_device(dev, frame->dma, frame->len,
				   DMA_BIDIRECTIONAL);
	return frame->dma;
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
	parts->data = frame->data;
	parts->len = frame->len;
	parts->dma = xdp_ring_map_linear(dev, frame);
	if (unlikely(dma_mapping_error(dev, parts->dma)))
		return -ENOMEM;

	return frame->has_frags ? xdp_ring_map_frags(dev, frame, parts) : 0;
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
