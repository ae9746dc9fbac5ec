// SPDX-License-Identifier: GPL-2.0-only
/* XDP: transmit from programs and from other interfaces, and set-up */

#include "e1000_xdp.h"
#include <linux/bpf.h>
#include <net/netdev_queues.h>

#define E1000_XDP_FEATURES						\
	(NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |		\
	 NETDEV_XDP_ACT_NDO_XMIT | NETDEV_XDP_ACT_RX_SG |		\
	 NETDEV_XDP_ACT_NDO_XMIT_SG)

#define E1000_MAX_MTU							\
	(MAX_JUMBO_FRAME_SIZE - ETH_HLEN - ETH_FCS_LEN)

/* May XDP post frames now? Without carrier they would stay in the ring, and the
 * watchdog would reset the device over and over. When the stack has stopped its
 * queue for want of descriptors, it gets the next ones that come free.
 */
static bool e1000_xdp_can_tx(const struct e1000_adapter *adapter,
			     const struct netdev_queue *txq)
{
	lockdep_assert_held(&txq->_xmit_lock);

	return netif_carrier_ok(adapter->netdev) &&
	       netif_device_present(adapter->netdev) &&
	       !netif_tx_queue_stopped(txq) &&
	       !test_bit(__E1000_DOWN, &adapter->flags);
}

/* The stack's watchdog looks at trans_start while the stack's queue is stopped;
 * frames of XDP are progress as well.
 */
static void e1000_xdp_doorbell(struct e1000_adapter *adapter)
{
	struct netdev_queue *txq = netdev_get_tx_queue(adapter->netdev, 0);
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;

	lockdep_assert_held(&txq->_xmit_lock);

	txq_trans_cond_update(txq);
	WRITE_ONCE(tx_ring->xdp_unsent, false);
	writel(tx_ring->next_to_use, adapter->hw.hw_addr + tx_ring->tdt);
}

/**
 * e1000_xdp_send_rest - tell the device of frames that were left without a doorbell
 * @adapter: board private structure
 *
 * ndo_xdp_xmit is called without XDP_XMIT_FLUSH when a bulk overflows, and not
 * called again if a devmap's program drops all of the last one. Such frames do
 * not hang, they wait.
 *
 * Context: NAPI.
 */
void e1000_xdp_send_rest(struct e1000_adapter *adapter)
{
	struct netdev_queue *txq = netdev_get_tx_queue(adapter->netdev, 0);

	__netif_tx_lock(txq, smp_processor_id());
	adapter->detect_tx_hung = false;
	e1000_xdp_doorbell(adapter);
	__netif_tx_unlock(txq);
}

/* Descriptors that XDP may use: the stack has its share, and two keep head and
 * tail apart.
 */
static u32 e1000_xdp_room(const struct e1000_tx_ring *tx_ring)
{
	const u32 reserve = E1000_XDP_TX_RESERVE + 2;
	u32 unused = E1000_DESC_UNUSED(tx_ring);

	return unused > reserve ? unused - reserve : 0;
}

/* Is there room for a frame? The one after a TSO frame may take one more. No
 * device takes an empty buffer or a frame that is longer than any it receives.
 */
static bool e1000_xdp_fits(const struct e1000_adapter *adapter,
			   const struct xdp_ring_frame *frame, u32 len, u32 room)
{
	u32 descs = e1000_tx_descs(adapter, frame->len) +
		    adapter->tx_ring->last_tx_tso;
	u32 i;

	if (unlikely(len > e1000_xdp_max_len(adapter)))
		return false;

	if (unlikely(frame->sinfo)) {
		for (i = 0; i < frame->sinfo->nr_frags; i++) {
			u32 size = skb_frag_size(&frame->sinfo->frags[i]);

			if (!size)
				return false;
			descs += e1000_tx_descs(adapter, size);
		}
		if (!frame->len)
			return false;
	}

	return room >= descs;
}

/* Write the descriptors of one part of a frame, from descriptor i on. With
 * split, the part ends in a descriptor of its own.
 * Return: the descriptor after the last one.
 */
static u32 e1000_xdp_post_part(struct e1000_adapter *adapter,
			       struct e1000_tx_ring *tx_ring, u32 i,
			       const struct xdp_ring_part *part, bool first,
			       bool split)
{
	dma_addr_t dma = part->dma;
	u32 len = part->len;

	while (len) {
		struct e1000_tx_desc *desc = E1000_TX_DESC(*tx_ring, i);
		u32 size = e1000_tx_chunk(adapter, dma, len, first);

		if (unlikely(split && size == len && size > 4))
			size -= 4;

		desc->buffer_addr = cpu_to_le64(dma);
		desc->lower.data = cpu_to_le32(E1000_TXD_CMD_IFCS | size);
		desc->upper.data = 0;

		dma += size;
		len -= size;
		first = false;
		if (unlikely(++i == tx_ring->count))
			i = 0;
	}
	return i;
}

/* The last descriptor of a part holds what is to be freed with it. Without an
 * address, as a free one is, there is nothing to unmap.
 */
static void e1000_xdp_own_part(struct e1000_tx_buffer *buffer,
			       const struct xdp_ring_frame *frame,
			       const struct xdp_ring_part *part)
{
	if (frame->xdpf) {
		buffer->kind = E1000_TX_XDP_PART;
		buffer->dma = part->dma;
		buffer->length = part->len;
		buffer->mapped_as_page = true;
	} else {
		buffer->kind = frame->sinfo ? E1000_TX_XDP_PAGE_PART :
					      E1000_TX_XDP_PAGE;
		buffer->page = part->page;
	}
}

/* Publish the descriptors before next: they are written before whoever rings
 * the doorbell sees next_to_use.
 */
static void e1000_xdp_posted(struct e1000_tx_ring *tx_ring, u32 next)
{
	dma_wmb();
	tx_ring->next_to_use = next;
}

/* The descriptor that comes so many after i */
static u32 e1000_xdp_after(const struct e1000_tx_ring *tx_ring, u32 i, u32 used)
{
	i += used;
	return unlikely(i >= tx_ring->count) ? i - tx_ring->count : i;
}

/* e1000_xdp_post() for a frame of any kind on any device */
static noinline u32 e1000_xdp_post_any(struct e1000_adapter *adapter,
				       const struct xdp_ring_frame *frame,
				       u32 first, u32 room)
{
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	struct xdp_ring_part parts[XDP_RING_MAX_PARTS];
	u32 len = xdp_ring_frame_len(frame);
	struct e1000_tx_buffer *last;
	u32 i = first, eop = first;
	bool split;
	u32 n;

	if (unlikely(!e1000_xdp_fits(adapter, frame, len, room)))
		return 0;

	if (unlikely(adapter->hw.mac_type == e1000_82547 &&
		     !e1000_82547_reserve_fifo(adapter, len))) {
		/* The task waits until all that was posted is out */
		e1000_xdp_posted(tx_ring, first);
		e1000_xdp_doorbell(adapter);
		schedule_delayed_work(&adapter->fifo_stall_task, 1);
		return 0;
	}

	if (unlikely(xdp_ring_map(&adapter->pdev->dev, frame, parts)))
		return 0;

	/* The first linear frame after a TSO one is else written back before
	 * it is read.
	 */
	split = tx_ring->last_tx_tso && !frame->sinfo;
	if (unlikely(split))
		tx_ring->last_tx_tso = false;

	for (n = 0; n < xdp_ring_parts(frame); n++) {
		i = e1000_xdp_post_part(adapter, tx_ring, i, &parts[n], !n,
					split);
		eop = (i ?: tx_ring->count) - 1;
		e1000_xdp_own_part(&tx_ring->buffer_info[eop], frame,
				   &parts[n]);
	}

	last = &tx_ring->buffer_info[eop];
	if (frame->xdpf) {
		last->kind = E1000_TX_XDP_FRAME;
		last->xdpf = frame->xdpf;
	}
	last->time_stamp = jiffies;
	last->segs = 1;
	last->bytecount = len;
	tx_ring->buffer_info[first].next_to_watch = eop;
	E1000_TX_DESC(*tx_ring, eop)->lower.data |=
		cpu_to_le32(adapter->txd_cmd);
	return (i > first ? 0 : tx_ring->count) + i - first;
}

/* With the Tx lock held: is one descriptor right for linear frames of up to
 * 4 KiB now?
 */
static bool e1000_xdp_is_plain(const struct e1000_adapter *adapter)
{
	return !adapter->tx_ring->last_tx_tso &&
	       adapter->hw.bus_type != e1000_bus_type_pcix &&
	       adapter->hw.mac_type != e1000_82547;
}

/**
 * e1000_xdp_post - write the descriptors of a frame
 * @adapter: board private structure
 * @tx_ring: its ring
 * @frame: the frame, padded
 * @i: descriptor to begin with
 * @room: descriptors that may be used
 * @plain: what e1000_xdp_is_plain() said since the lock was taken
 *
 * Context: the Tx queue's lock is held; the caller publishes the descriptors
 * with e1000_xdp_posted(), and rings the doorbell.
 * Return: descriptors used; 0 when there is no room, or the device cannot take
 * the frame, or it could not be mapped: it is still the caller's then.
 */
static __always_inline u32 e1000_xdp_post(struct e1000_adapter *adapter,
					  struct e1000_tx_ring *tx_ring,
					  const struct xdp_ring_frame *frame,
					  u32 i, u32 room, bool plain)
{
	struct e1000_tx_buffer *buffer = &tx_ring->buffer_info[i];
	struct e1000_tx_desc *desc = E1000_TX_DESC(*tx_ring, i);
	struct xdp_frame *xdpf = frame->xdpf;
	u32 len = frame->len;
	dma_addr_t dma;

	if (unlikely(!plain || frame->sinfo || len > SZ_4K))
		return e1000_xdp_post_any(adapter, frame, i, room);
	if (unlikely(!room))
		return 0;
	dma = xdp_ring_map_linear(&adapter->pdev->dev, frame);
	if (unlikely(dma_mapping_error(&adapter->pdev->dev, dma)))
		return 0;

	if (xdpf) {
		buffer->kind = E1000_TX_XDP_FRAME;
		buffer->xdpf = xdpf;
		buffer->dma = dma;
		buffer->length = len;
		buffer->mapped_as_page = true;
	} else {
		buffer->kind = E1000_TX_XDP_PAGE;
		buffer->page = frame->page;
	}
	buffer->time_stamp = jiffies;
	buffer->next_to_watch = i;
	buffer->bytecount = len;

	desc->buffer_addr = cpu_to_le64(dma);
	desc->lower.data = cpu_to_le32(adapter->txd_cmd | E1000_TXD_CMD_IFCS |
				       len);
	desc->upper.data = 0;
	return 1;
}

/**
 * e1000_xdp_tx_flush - post the frames of the XDP_TX bulk
 * @rxq: queue whose bulk is to be posted
 * @doorbell: tell the device as well
 *
 * XDP frames are not counted in BQL: they ask nobody before they take a
 * descriptor, so with their bytes in flight the stack's queue would never come
 * below its limit. The stack's share of the ring is kept by
 * E1000_XDP_TX_RESERVE.
 *
 * Context: NAPI.
 */
void e1000_xdp_tx_flush(struct xdp_ring_rxq *rxq, bool doorbell)
{
	struct net_device *netdev = rxq->info.dev;
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, 0);
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	const struct xdp_ring_frame *frame = rxq->tx;
	const struct xdp_ring_frame *end = frame + rxq->tx_count;
	u32 i, room, used, failed = 0;
	bool can_tx, plain;

	__netif_tx_lock(txq, smp_processor_id());
	can_tx = e1000_xdp_can_tx(adapter, txq);
	room = can_tx ? e1000_xdp_room(tx_ring) : 0;
	plain = e1000_xdp_is_plain(adapter);
	i = tx_ring->next_to_use;
	for (; frame < end; frame++) {
		used = e1000_xdp_post(adapter, tx_ring, frame, i, room, plain);
		i = e1000_xdp_after(tx_ring, i, used);
		room -= used;
		if (unlikely(!used)) {
			xdp_ring_tx_failed(rxq, frame);
			failed++;
		}
	}
	e1000_xdp_posted(tx_ring, i);
	xdp_ring_tx_done(rxq, rxq->tx_count - failed);
	if (doorbell && rxq->tx_posted)
		e1000_xdp_doorbell(adapter);
	__netif_tx_unlock(txq);
}

/**
 * e1000_xdp_xmit - transmit frames that were redirected here
 * @netdev: the interface
 * @n: number of frames
 * @frames: the frames, of any memory model
 * @flags: XDP_XMIT_FLUSH to ring the doorbell for these and earlier ones
 *
 * Context: bottom halves are off, any CPU.
 * Return: frames taken, the others are the caller's; or a negative error with
 * none taken.
 */
int e1000_xdp_xmit(struct net_device *netdev, int n, struct xdp_frame **frames,
		   u32 flags)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, 0);
	struct e1000_tx_ring *tx_ring;
	u32 i, room, used;
	bool plain;
	int sent;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;

	__netif_tx_lock(txq, smp_processor_id());
	if (unlikely(!e1000_xdp_can_tx(adapter, txq))) {
		xdp_ring_count_xmit(&adapter->xdp_stats, 0, n);
		__netif_tx_unlock(txq);
		return -ENETDOWN;
	}
	tx_ring = adapter->tx_ring;
	room = e1000_xdp_room(tx_ring);
	plain = e1000_xdp_is_plain(adapter);
	i = tx_ring->next_to_use;
	for (sent = 0; sent < n; sent++) {
		struct xdp_ring_frame frame;

		if (unlikely(!xdp_ring_frame_init(&frame, frames[sent])))
			break;
		used = e1000_xdp_post(adapter, tx_ring, &frame, i, room, plain);
		if (unlikely(!used))
			break;
		i = e1000_xdp_after(tx_ring, i, used);
		room -= used;
	}
	e1000_xdp_posted(tx_ring, i);
	xdp_ring_count_xmit(&adapter->xdp_stats, sent, n - sent);
	if (flags & XDP_XMIT_FLUSH)
		e1000_xdp_doorbell(adapter);
	else if (sent)
		WRITE_ONCE(tx_ring->xdp_unsent, true);
	__netif_tx_unlock(txq);
	return sent;
}

/**
 * e1000_xdp_free_tx - free what a Tx descriptor of an XDP frame held
 * @buffer_info: buffer of the descriptor, unmapped
 * @budget: NAPI's budget, or 0 outside of it
 *
 * Context: NAPI, or process while NAPI is disabled and nobody transmits.
 */
void e1000_xdp_free_tx(struct e1000_tx_buffer *buffer_info, int budget)
{
	struct page *page = buffer_info->page;

	switch (buffer_info->kind) {
	case E1000_TX_XDP_PAGE:
	case E1000_TX_XDP_PAGE_PART:
		page_pool_put_full_page(pp_page_to_nmdesc(page)->pp, page,
					budget);
		break;
	case E1000_TX_XDP_FRAME:
		xdp_return_frame(buffer_info->xdpf);
		break;
	default:
		break;
	}
	buffer_info->page = NULL;
	buffer_info->kind = E1000_TX_SKB;
}

/* Exchange the program. The ring is the same with and without one, so there
 * is nothing to stop: a poll runs either the old program or the new one.
 */
static int e1000_xdp_setup(struct net_device *netdev, struct bpf_prog *prog,
			   struct netlink_ext_ack *extack)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	bool one_buffer = prog && !prog->aux->xdp_has_frags;
	struct bpf_prog *old;

	if (one_buffer && netdev->mtu > E1000_XDP_MAX_MTU) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "load the program as xdp.frags, or lower the MTU to %u",
				       E1000_XDP_MAX_MTU);
		return -EOPNOTSUPP;
	}
	if (prog && (netdev->features & NETIF_F_RXFCS)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a program would take the FCS for data: turn rx-fcs off first");
		return -EOPNOTSUPP;
	}

	/* The core refuses an MTU above this with a message of its own */
	netdev->max_mtu = one_buffer ? E1000_XDP_MAX_MTU : E1000_MAX_MTU;
	old = xchg(&adapter->xdp_prog, prog);
	if (old)
		bpf_prog_put(old);
	return 0;
}

/**
 * e1000_bpf - attach, replace or detach an XDP program
 * @netdev: the interface, up or down
 * @bpf: what to do
 *
 * Context: process, RTNL.
 * Return: 0 or a negative error, with a message for the user where there is
 * something that they can do.
 */
int e1000_bpf(struct net_device *netdev, struct netdev_bpf *bpf)
{
	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return e1000_xdp_setup(netdev, bpf->prog, bpf->extack);
	case XDP_SETUP_PROG_HW:
		NL_SET_ERR_MSG_MOD(bpf->extack,
				   "the device runs no programs itself: attach in native mode");
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* The VLAN tag that the device has taken out of the frame; while its program
 * runs, the frame's last descriptor is the next to clean. There is no hash and
 * no time stamp in a descriptor.
 */
static int e1000_xdp_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
				 u16 *vlan_tci)
{
	const struct e1000_rx_ring *rx_ring;
	const struct e1000_rx_desc *desc;

	rx_ring = container_of((const struct xdp_buff *)ctx,
			       struct e1000_rx_ring, rxq.xdp);
	desc = E1000_RX_DESC(*rx_ring, rx_ring->next_to_clean);
	if (!(desc->status & E1000_RXD_STAT_VP))
		return -ENODATA;

	*vlan_proto = htons(ETH_P_8021Q);
	*vlan_tci = le16_to_cpu(desc->special);
	return 0;
}

static const struct xdp_metadata_ops e1000_xdp_metadata_ops = {
	.xmo_rx_vlan_tag	= e1000_xdp_rx_vlan_tag,
};

/* There is one queue each way, and what it counts outlives it */

static void e1000_get_queue_stats_rx(struct net_device *netdev, int idx,
				     struct netdev_queue_stats_rx *stats)
{
	const struct e1000_adapter *adapter = netdev_priv(netdev);

	stats->packets = netdev->stats.rx_packets;
	stats->bytes = netdev->stats.rx_bytes;
	stats->alloc_fail = adapter->alloc_rx_buff_failed;
}

static void e1000_get_queue_stats_tx(struct net_device *netdev, int idx,
				     struct netdev_queue_stats_tx *stats)
{
	stats->packets = netdev->stats.tx_packets;
	stats->bytes = netdev->stats.tx_bytes;
}

static void e1000_get_base_stats(struct net_device *netdev,
				 struct netdev_queue_stats_rx *rx,
				 struct netdev_queue_stats_tx *tx)
{
	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	tx->packets = 0;
	tx->bytes = 0;
}

static const struct netdev_stat_ops e1000_stat_ops = {
	.get_queue_stats_rx	= e1000_get_queue_stats_rx,
	.get_queue_stats_tx	= e1000_get_queue_stats_tx,
	.get_base_stats		= e1000_get_base_stats,
};

/**
 * e1000_xdp_init - offer XDP on an interface
 * @netdev: the interface, not yet registered
 *
 * Context: probe.
 */
void e1000_xdp_init(struct net_device *netdev)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	netdev->max_mtu = E1000_MAX_MTU;
	netdev->xdp_features = E1000_XDP_FEATURES;
	netdev->xdp_metadata_ops = &e1000_xdp_metadata_ops;
	netdev->stat_ops = &e1000_stat_ops;
	xdp_ring_stats_init(&adapter->xdp_stats);
}
