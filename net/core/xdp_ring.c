// SPDX-License-Identifier: GPL-2.0-only
/* XDP for a NIC with simple rings: set-up, and the paths that are rarely taken.
 * The hot path is inline in <net/xdp_ring.h>.
 */

#include <linux/bpf_trace.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <net/xdp_ring.h>

static const char xdp_ring_rx_names[][ETH_GSTRING_LEN] = {
	[XDP_RING_PASS]			= "rx_xdp_pass",
	[XDP_RING_DROP]			= "rx_xdp_drop",
	[XDP_RING_ABORTED]		= "rx_xdp_aborted",
	[XDP_RING_TX]			= "rx_xdp_tx",
	[XDP_RING_TX_ERRORS]		= "rx_xdp_tx_errors",
	[XDP_RING_REDIRECT]		= "rx_xdp_redirect",
	[XDP_RING_REDIRECT_ERRORS]	= "rx_xdp_redirect_errors",
	[XDP_RING_OVERSIZE]		= "rx_oversize_for_xdp",
};

static const char xdp_ring_tx_names[][ETH_GSTRING_LEN] = {
	[XDP_RING_XMIT]			= "tx_xdp_xmit",
	[XDP_RING_XMIT_ERRORS]		= "tx_xdp_xmit_errors",
};

/**
 * xdp_ring_stats_init - make counters ready for use
 * @stats: zeroed counters
 *
 * Context: once, before the interface is registered.
 */
void xdp_ring_stats_init(struct xdp_ring_stats *stats)
{
	u64_stats_init(&stats->rx_syncp);
	u64_stats_init(&stats->tx_syncp);
}
EXPORT_SYMBOL_GPL(xdp_ring_stats_init);

/**
 * xdp_ring_get_strings - name the counters for ethtool -S
 * @data: where to write XDP_RING_STATS_LEN names; moved behind them
 *
 * Context: RTNL.
 */
void xdp_ring_get_strings(u8 **data)
{
	int i;

	for (i = 0; i < XDP_RING_RX_STATS; i++)
		ethtool_puts(data, xdp_ring_rx_names[i]);
	for (i = 0; i < XDP_RING_TX_STATS; i++)
		ethtool_puts(data, xdp_ring_tx_names[i]);
}
EXPORT_SYMBOL_GPL(xdp_ring_get_strings);

/**
 * xdp_ring_get_stats - read the counters for ethtool -S
 * @stats: the counters
 * @data: where to write XDP_RING_STATS_LEN values
 *
 * Context: any.
 */
void xdp_ring_get_stats(const struct xdp_ring_stats *stats, u64 *data)
{
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(&stats->rx_syncp);
		for (i = 0; i < XDP_RING_RX_STATS; i++)
			data[i] = u64_stats_read(&stats->rx[i]);
	} while (u64_stats_fetch_retry(&stats->rx_syncp, start));

	data += XDP_RING_RX_STATS;
	do {
		start = u64_stats_fetch_begin(&stats->tx_syncp);
		for (i = 0; i < XDP_RING_TX_STATS; i++)
			data[i] = u64_stats_read(&stats->tx[i]);
	} while (u64_stats_fetch_retry(&stats->tx_syncp, start));
}
EXPORT_SYMBOL_GPL(xdp_ring_get_stats);

/**
 * xdp_ring_commit_stats - add a poll's outcomes to the counters
 * @rxq: queue that was polled
 *
 * Context: the queue's NAPI.
 */
void xdp_ring_commit_stats(struct xdp_ring_rxq *rxq)
{
	struct xdp_ring_stats *stats = rxq->stats;
	int i;

	u64_stats_update_begin(&stats->rx_syncp);
	for (i = 0; i < XDP_RING_RX_STATS; i++)
		u64_stats_add(&stats->rx[i], rxq->pending[i]);
	u64_stats_update_end(&stats->rx_syncp);
	memset(rxq->pending, 0, sizeof(rxq->pending));
}
EXPORT_SYMBOL_GPL(xdp_ring_commit_stats);

/**
 * xdp_ring_create - make pool and rxq info of a queue
 * @rxq: queue to set up; what it held before is overwritten
 * @config: how
 *
 * Context: process; may sleep.
 * Return: 0, or a negative error with nothing left behind.
 */
int xdp_ring_create(struct xdp_ring_rxq *rxq,
		    const struct xdp_ring_config *config)
{
	const u32 per_page = PAGE_SIZE / XDP_RING_BUF_SIZE;
	struct page_pool_params params = {
		.flags		= PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size	= DIV_ROUND_UP(config->count, per_page),
		.nid		= dev_to_node(config->dev),
		.dev		= config->dev,
		.napi		= config->napi,
		.netdev		= config->netdev,
		.dma_dir	= DMA_BIDIRECTIONAL,
		.offset		= XDP_RING_HEADROOM,
		.max_len	= config->buf_len,
	};
	struct page_pool *pool;
	int err;

	if (XDP_RING_HEADROOM + config->buf_len >
	    SKB_WITH_OVERHEAD(XDP_RING_BUF_SIZE))
		return -EINVAL;

	/* A page of several buffers is synced as a whole */
	if (per_page > 1 && config->buf_len) {
		params.offset = 0;
		params.max_len = PAGE_SIZE;
	}

	memset(rxq, 0, sizeof(*rxq));
	pool = page_pool_create(&params);
	if (IS_ERR(pool))
		return PTR_ERR(pool);

	err = __xdp_rxq_info_reg(&rxq->info, config->netdev, config->queue,
				 config->napi->napi_id, XDP_RING_BUF_SIZE);
	if (err)
		goto err_pool;
	err = xdp_rxq_info_reg_mem_model(&rxq->info, MEM_TYPE_PAGE_POOL, pool);
	if (err)
		goto err_rxq;

	xdp_init_buff(&rxq->xdp, XDP_RING_BUF_SIZE, &rxq->info);
	rxq->dev = config->dev;
	rxq->buf_len = config->buf_len;
	rxq->pool = pool;
	rxq->stats = config->stats;
	rxq->gfp = GFP_ATOMIC;
	/* Else what lies too high would be copied for each frame */
	if (dma_addressing_limited(config->dev))
		rxq->gfp |= __GFP_DMA32;
	return 0;

err_rxq:
	xdp_rxq_info_unreg(&rxq->info);
err_pool:
	page_pool_destroy(pool);
	return err;
}
EXPORT_SYMBOL_GPL(xdp_ring_create);

static void xdp_ring_free_frags(struct xdp_ring_rxq *rxq,
				const struct skb_shared_info *sinfo,
				bool in_napi)
{
	u32 i;

	for (i = 0; i < sinfo->nr_frags; i++)
		xdp_ring_free_buf(rxq, skb_frag_address(&sinfo->frags[i]),
				  in_napi);
}

/**
 * xdp_ring_reset - give all buffers that a queue itself holds back to its pool
 * @rxq: queue that may hold part of a frame, and spare buffers
 *
 * Context: NAPI is disabled.
 */
void xdp_ring_reset(struct xdp_ring_rxq *rxq)
{
	struct xdp_buff *xdp = &rxq->xdp;

	/* xdp_return_buff() is for NAPI alone */
	if (rxq->state == XDP_RING_PARTIAL) {
		if (xdp_buff_has_frags(xdp))
			xdp_ring_free_frags(rxq,
					    xdp_get_shared_info_from_buff(xdp),
					    false);
		xdp_ring_free_buf(rxq, xdp->data, false);
	}
	rxq->state = XDP_RING_BETWEEN;
	while (rxq->spares)
		xdp_ring_free_buf(rxq, rxq->spare[--rxq->spares].va, false);
}
EXPORT_SYMBOL_GPL(xdp_ring_reset);

/**
 * xdp_ring_destroy - undo xdp_ring_create()
 * @rxq: queue whose buffers the driver has given back, and that was reset;
 *	 those that the stack still holds keep the pool alive
 *
 * Context: process; NAPI is disabled.
 */
void xdp_ring_destroy(struct xdp_ring_rxq *rxq)
{
	xdp_rxq_info_unreg(&rxq->info);
	page_pool_destroy(rxq->pool);
	rxq->pool = NULL;
}
EXPORT_SYMBOL_GPL(xdp_ring_destroy);

static bool xdp_ring_add_frag(struct xdp_buff *xdp, void *va, u32 len)
{
	return xdp_buff_add_frag(xdp, page_to_netmem(virt_to_page(va)),
				 offset_in_page(va) + XDP_RING_HEADROOM, len,
				 XDP_RING_BUF_SIZE);
}

/**
 * xdp_ring_add_buf - add a received buffer to a frame of several
 * @rxq: queue that received it
 * @buf: the buffer
 * @len: bytes that the device wrote, checked by the caller against the
 *	 buffer's length
 * @eop: the frame ends with it, and is in @rxq->xdp then
 *
 * Context: the queue's NAPI.
 * Return: false when the frame has no room for it, or is being discarded; see
 * xdp_ring_refuse().
 */
bool xdp_ring_add_buf(struct xdp_ring_rxq *rxq, const struct xdp_ring_buf *buf,
		      u32 len, bool eop)
{
	if (rxq->state == XDP_RING_DISCARDING)
		return false;
	if (rxq->state == XDP_RING_BETWEEN) {
		xdp_ring_begin(rxq, buf, len);
	} else {
		dma_sync_single_for_cpu(rxq->dev, buf->dma, len,
					DMA_BIDIRECTIONAL);
		if (!xdp_ring_add_frag(&rxq->xdp, buf->va, len))
			return false;
	}
	rxq->state = eop ? XDP_RING_BETWEEN : XDP_RING_PARTIAL;
	return true;
}
EXPORT_SYMBOL_GPL(xdp_ring_add_buf);

/**
 * xdp_ring_refuse - drop a received buffer, and all of the frame it belongs to
 * @rxq: queue that received it
 * @buf: the buffer
 * @eop: the frame ends with it; else what comes until its end is refused by
 *	 xdp_ring_add_buf()
 *
 * Context: the queue's NAPI.
 */
void xdp_ring_refuse(struct xdp_ring_rxq *rxq, const struct xdp_ring_buf *buf,
		     bool eop)
{
	if (rxq->state == XDP_RING_PARTIAL)
		xdp_return_buff(&rxq->xdp);
	xdp_ring_free_buf(rxq, buf->va, true);
	rxq->state = eop ? XDP_RING_BETWEEN : XDP_RING_DISCARDING;
}
EXPORT_SYMBOL_GPL(xdp_ring_refuse);

/**
 * xdp_ring_trim - cut bytes off the end of the received frame
 * @rxq: queue that holds the frame
 * @len: bytes to cut, less than the frame has; they may lie in two buffers
 *
 * Context: the queue's NAPI.
 */
void xdp_ring_trim(struct xdp_ring_rxq *rxq, u32 len)
{
	struct xdp_buff *xdp = &rxq->xdp;
	struct skb_shared_info *sinfo;

	sinfo = xdp_get_shared_info_from_buff(xdp);
	while (len && xdp_buff_has_frags(xdp)) {
		skb_frag_t *frag = &sinfo->frags[sinfo->nr_frags - 1];
		u32 cut = min(len, skb_frag_size(frag));

		len -= cut;
		sinfo->xdp_frags_size -= cut;
		skb_frag_size_sub(frag, cut);
		if (skb_frag_size(frag))
			break;
		xdp_ring_free_buf(rxq, skb_frag_address(frag), true);
		sinfo->xdp_frags_truesize -= XDP_RING_BUF_SIZE;
		if (!--sinfo->nr_frags)
			xdp_buff_clear_frags_flag(xdp);
	}
	xdp->data_end -= len;
}
EXPORT_SYMBOL_GPL(xdp_ring_trim);

/**
 * xdp_ring_exception - drop a frame that has no place to go, and tell
 * @rxq: queue that holds the frame
 * @prog: program that ran
 * @act: what it returned: XDP_ABORTED, a verdict that could not be carried
 *	 out, or one that does not exist
 *
 * Context: the queue's NAPI.
 */
void xdp_ring_exception(struct xdp_ring_rxq *rxq, struct bpf_prog *prog,
			u32 act)
{
	struct net_device *netdev = rxq->info.dev;

	switch (act) {
	case XDP_TX:
		rxq->pending[XDP_RING_TX_ERRORS]++;
		break;
	case XDP_REDIRECT:
		rxq->pending[XDP_RING_REDIRECT_ERRORS]++;
		break;
	default:
		bpf_warn_invalid_xdp_action(netdev, prog, act);
		fallthrough;
	case XDP_ABORTED:
		rxq->pending[XDP_RING_ABORTED]++;
		break;
	}
	trace_xdp_exception(netdev, prog, act);
	xdp_return_buff(&rxq->xdp);
}
EXPORT_SYMBOL_GPL(xdp_ring_exception);

/**
 * xdp_ring_copy_skb - make an skb of the received frame by copying it
 * @rxq: queue that holds the frame
 * @napi: the queue's NAPI
 * @most: bytes that are copied at most
 *
 * Context: the queue's NAPI.
 * Return: the skb; the frame's buffer is the caller's then, as after
 * XDP_RING_REUSE. NULL when the frame is too long, or there is no memory: it is
 * still in @rxq->xdp.
 */
struct sk_buff *xdp_ring_copy_skb(struct xdp_ring_rxq *rxq,
				  struct napi_struct *napi, u32 most)
{
	struct xdp_buff *xdp = &rxq->xdp;
	u32 len = xdp->data_end - xdp->data_meta;
	u32 metalen = xdp->data - xdp->data_meta;
	struct sk_buff *skb;

	if (len - metalen > most || xdp_buff_has_frags(xdp) ||
	    !xdp_ring_may_keep(rxq, xdp->data))
		return NULL;
	skb = napi_alloc_skb(napi, len);
	if (unlikely(!skb))
		return NULL;

	memcpy(__skb_put(skb, len), xdp->data_meta, len);
	if (metalen) {
		skb_metadata_set(skb, metalen);
		__skb_pull(skb, metalen);
	}
	skb_record_rx_queue(skb, xdp->rxq->queue_index);
	skb->protocol = eth_type_trans(skb, xdp->rxq->dev);
	xdp_ring_sync_for_device(rxq, rxq->dma);
	return skb;
}
EXPORT_SYMBOL_GPL(xdp_ring_copy_skb);

/**
 * xdp_ring_tx_failed - drop a frame of the bulk that could not be posted
 * @rxq: queue whose bulk it is from
 * @frame: the frame
 *
 * Context: the queue's NAPI.
 */
void xdp_ring_tx_failed(struct xdp_ring_rxq *rxq,
			const struct xdp_ring_frame *frame)
{
	rxq->pending[XDP_RING_TX_ERRORS]++;
	trace_xdp_exception(rxq->info.dev, rxq->prog, XDP_TX);
	if (frame->has_frags)
		xdp_ring_free_frags(rxq, xdp_ring_frame_sinfo(frame), true);
	xdp_ring_free_buf(rxq, frame->data, true);
}
EXPORT_SYMBOL_GPL(xdp_ring_tx_failed);

/**
 * xdp_ring_pad - fill a short frame up with zeroes
 * @frame: the frame
 * @len: bytes that it needs
 *
 * Return: false when there is no room. A frame with frags is padded only if
 * they make up the length.
 */
bool xdp_ring_pad(struct xdp_ring_frame *frame, u32 len)
{
	if (frame->has_frags)
		return xdp_ring_frame_len(frame) >= len;
	if (frame->data + len > (void *)xdp_ring_frame_sinfo(frame))
		return false;
	memset(frame->data + frame->len, 0, len - frame->len);
	frame->len = len;
	return true;
}
EXPORT_SYMBOL_GPL(xdp_ring_pad);

/**
 * xdp_ring_map_frags - make a frame's frags readable for the device
 * @dev: the device
 * @frame: frame with frags, whose linear part is mapped
 * @parts: its first element holds the linear part; the others are filled
 *
 * Return: 0, or -ENOMEM with nothing mapped, not even the linear part.
 */
int xdp_ring_map_frags(struct device *dev, const struct xdp_ring_frame *frame,
		       struct xdp_ring_part *parts)
{
	const struct skb_shared_info *sinfo = xdp_ring_frame_sinfo(frame);
	u32 i;

	for (i = 0; i < sinfo->nr_frags; i++) {
		const skb_frag_t *frag = &sinfo->frags[i];
		struct xdp_ring_part *part = &parts[i + 1];

		part->len = skb_frag_size(frag);
		if (frame->xdpf) {
			part->dma = skb_frag_dma_map(dev, frag, 0, part->len,
						     DMA_TO_DEVICE);
			if (dma_mapping_error(dev, part->dma))
				goto unmap;
		} else {
			struct page *page = skb_frag_page(frag);

			part->data = skb_frag_address(frag);
			part->dma = page_pool_get_dma_addr(page) +
				    skb_frag_off(frag);
			dma_sync_single_for_device(dev, part->dma, part->len,
						   DMA_BIDIRECTIONAL);
		}
	}
	return 0;

unmap:
	for (; i; i--)
		dma_unmap_page(dev, parts[i].dma, parts[i].len, DMA_TO_DEVICE);
	dma_unmap_page(dev, parts[0].dma, parts[0].len, DMA_TO_DEVICE);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(xdp_ring_map_frags);

MODULE_DESCRIPTION("XDP for NICs with simple rings");
MODULE_LICENSE("GPL");
