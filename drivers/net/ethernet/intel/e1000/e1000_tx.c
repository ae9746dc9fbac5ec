// SPDX-License-Identifier: GPL-2.0-only
/* Transmit: XDP frames of programs and other interfaces, and completion */

#include "e1000_xdp.h"

/* May XDP post frames now? Without carrier they would stay in the ring, and the
 * watchdog would reset the device over and over.
 */
static bool e1000_xdp_can_tx(const struct e1000_adapter *adapter)
{
	return netif_carrier_ok(adapter->netdev) &&
	       netif_device_present(adapter->netdev) &&
	       !test_bit(__E1000_DOWN, &adapter->flags);
}

/* Tell the device of all frames that were posted */
static void e1000_xdp_doorbell(struct e1000_adapter *adapter)
{
	struct netdev_queue *txq = netdev_get_tx_queue(adapter->netdev, 0);
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;

	lockdep_assert_held(&txq->_xmit_lock);

	WRITE_ONCE(tx_ring->xdp_unsent, false);
	writel(tx_ring->next_to_use, adapter->hw.hw_addr + tx_ring->tdt);
}

/**
 * e1000_xdp_flush_unsent - ring the doorbell for frames that wait for it
 * @adapter: board private structure
 *
 * ndo_xdp_xmit is called without XDP_XMIT_FLUSH when a bulk overflows, and not
 * called again if a devmap's program drops all of the last one. Such frames do
 * not hang, they wait.
 *
 * Context: NAPI.
 */
void e1000_xdp_flush_unsent(struct e1000_adapter *adapter)
{
	struct netdev_queue *txq = netdev_get_tx_queue(adapter->netdev, 0);

	__netif_tx_lock(txq, smp_processor_id());
	adapter->detect_tx_hung = false;
	e1000_xdp_doorbell(adapter);
	__netif_tx_unlock(txq);
}

/* Descriptors that XDP may use now. When the stack has stopped its queue for
 * want of descriptors, it gets the next ones that come free. XDP leaves it what
 * its next frame needs, up to three quarters of the ring, holds at most half of
 * it, and keeps head and tail two descriptors apart.
 */
static u32 e1000_xdp_room(const struct e1000_tx_ring *tx_ring,
			  const struct netdev_queue *txq)
{
	u32 held = tx_ring->xdp_posted - READ_ONCE(tx_ring->xdp_completed);
	u32 reserve = min(e1000_stack_needs(tx_ring),
			  tx_ring->count - tx_ring->count / 4) + 2;
	u32 unused = E1000_DESC_UNUSED(tx_ring);

	lockdep_assert_held(&txq->_xmit_lock);

	if (netif_tx_queue_stopped(txq) || unused <= reserve ||
	    held >= tx_ring->count / 2)
		return 0;
	return min(unused - reserve, tx_ring->count / 2 - held);
}

/* Is there room for a frame? The one after a TSO frame may take one more. No
 * device takes an empty buffer or a frame that is longer than any it receives.
 */
static bool e1000_xdp_fits(const struct e1000_adapter *adapter,
			   const struct xdp_ring_frame *frame, u32 len,
			   u32 room)
{
	u32 descs = e1000_tx_descs(adapter, frame->len) +
		    adapter->tx_ring->last_tx_tso;
	u32 i;

	if (unlikely(len > e1000_xdp_max_len(adapter)))
		return false;

	if (unlikely(frame->has_frags)) {
		const struct skb_shared_info *sinfo;

		sinfo = xdp_ring_frame_sinfo(frame);
		for (i = 0; i < sinfo->nr_frags; i++) {
			u32 size = skb_frag_size(&sinfo->frags[i]);

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

/* The last descriptor of a part holds what is to be freed with it */
static void e1000_xdp_set_buffer(struct e1000_tx_buffer *buffer,
				 const struct xdp_ring_frame *frame,
				 const struct xdp_ring_part *part)
{
	buffer->dma = part->dma;
	if (frame->xdpf) {
		buffer->kind = E1000_TX_XDP_PART;
		buffer->length = part->len;
	} else {
		buffer->kind = E1000_TX_XDP_BUF;
		buffer->data = part->data;
	}
}

/* How many descriptors from one on to before another */
static u32 e1000_tx_distance(const struct e1000_tx_ring *tx_ring, u32 from,
			     u32 to)
{
	return (to < from ? tx_ring->count : 0) + to - from;
}

/* Publish the descriptors before next: they are written before whoever rings
 * the doorbell sees next_to_use, or who looks for completions sees frames_end.
 */
static void e1000_xdp_posted(struct e1000_tx_ring *tx_ring, u32 next)
{
	tx_ring->xdp_posted += e1000_tx_distance(tx_ring, tx_ring->next_to_use,
						 next);
	dma_wmb();
	WRITE_ONCE(tx_ring->next_to_use, next);
	/* Pairs with smp_load_acquire() in e1000_complete_tx() */
	smp_store_release(&tx_ring->frames_end, next);
}

/* The descriptor that comes so many after i */
static u32 e1000_xdp_after(const struct e1000_tx_ring *tx_ring, u32 i, u32 used)
{
	i += used;
	if (unlikely(i >= tx_ring->count))
		i -= tx_ring->count;
	return i;
}

/* e1000_xdp_post() for a frame of any kind on any device */
static noinline u32 e1000_xdp_post_any(struct e1000_adapter *adapter,
				       const struct xdp_ring_frame *frame,
				       u32 first, u32 room)
{
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	struct xdp_ring_part parts[XDP_RING_MAX_PARTS];
	const u32 fifo_head = adapter->tx_fifo_head;
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

	if (unlikely(xdp_ring_map(&adapter->pdev->dev, frame, parts))) {
		adapter->tx_fifo_head = fifo_head;
		return 0;
	}

	/* Erratum: the descriptor of the first linear frame after a TSO frame
	 * may be written back before the data was read. A last descriptor of
	 * four bytes avoids that.
	 */
	split = tx_ring->last_tx_tso && !frame->has_frags;
	if (unlikely(split))
		tx_ring->last_tx_tso = false;

	for (n = 0; n < xdp_ring_parts(frame); n++) {
		i = e1000_xdp_post_part(adapter, tx_ring, i, &parts[n], !n,
					split);
		eop = (i ?: tx_ring->count) - 1;
		e1000_xdp_set_buffer(&tx_ring->buffer_info[eop], frame,
				     &parts[n]);
	}

	last = &tx_ring->buffer_info[eop];
	if (frame->xdpf) {
		last->kind = E1000_TX_XDP_FRAME;
		last->xdpf = frame->xdpf;
	}
	last->time_stamp = jiffies;
	last->bytecount = len;
	tx_ring->buffer_info[first].next_to_watch = eop;
	E1000_TX_DESC(*tx_ring, eop)->lower.data |=
		cpu_to_le32(adapter->txd_cmd);
	return e1000_tx_distance(tx_ring, first, i);
}

/* With the Tx lock held: does one descriptor do for each linear frame of up to
 * 4 KiB now?
 */
static bool e1000_xdp_one_desc(const struct e1000_adapter *adapter)
{
	return !adapter->tx_ring->last_tx_tso &&
	       adapter->hw.bus_type != e1000_bus_type_pcix &&
	       adapter->hw.mac_type < e1000_82547;
}

/**
 * e1000_xdp_post - write the descriptors of a frame
 * @adapter: board private structure
 * @tx_ring: its ring
 * @frame: the frame, padded
 * @i: descriptor to begin with
 * @room: descriptors that may be used
 * @one_desc: what e1000_xdp_one_desc() said since the lock was taken
 * @now: jiffies
 *
 * Context: the Tx queue's lock is held; the caller publishes the descriptors
 * with e1000_xdp_posted(), and rings the doorbell.
 * Return: descriptors used; 0 when there is no room, or the device cannot take
 * the frame, or it could not be mapped: it is still the caller's then.
 */
static __always_inline u32 e1000_xdp_post(struct e1000_adapter *adapter,
					  struct e1000_tx_ring *tx_ring,
					  const struct xdp_ring_frame *frame,
					  u32 i, u32 room, bool one_desc,
					  unsigned long now)
{
	struct e1000_tx_buffer *buffer;
	struct e1000_tx_desc *desc;
	u32 len = frame->len;
	dma_addr_t dma;

	if (unlikely(!one_desc || frame->has_frags || len > SZ_4K))
		return e1000_xdp_post_any(adapter, frame, i, room);
	if (unlikely(!room))
		return 0;
	dma = xdp_ring_map_linear(&adapter->pdev->dev, frame);
	if (unlikely(dma_mapping_error(&adapter->pdev->dev, dma)))
		return 0;

	buffer = &tx_ring->buffer_info[i];
	if (frame->xdpf) {
		buffer->kind = E1000_TX_XDP_FRAME;
		buffer->xdpf = frame->xdpf;
		buffer->length = len;
	} else {
		buffer->kind = E1000_TX_XDP_BUF;
		buffer->data = frame->data;
	}
	buffer->dma = dma;
	buffer->time_stamp = now;
	buffer->next_to_watch = i;
	buffer->bytecount = len;

	desc = E1000_TX_DESC(*tx_ring, i);
	desc->buffer_addr = cpu_to_le64(dma);
	desc->lower.data = cpu_to_le32(adapter->txd_cmd | len);
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
 * below its limit. e1000_xdp_room() keeps its share of the ring.
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
	const unsigned long now = jiffies;
	u32 i, room, used, failed = 0;
	bool one_desc;

	__netif_tx_lock(txq, smp_processor_id());
	room = e1000_xdp_can_tx(adapter) ? e1000_xdp_room(tx_ring, txq) : 0;
	one_desc = e1000_xdp_one_desc(adapter);
	i = tx_ring->next_to_use;
	for (; frame < end; frame++) {
		used = e1000_xdp_post(adapter, tx_ring, frame, i, room,
				      one_desc, now);
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
	const unsigned long now = jiffies;
	struct e1000_tx_ring *tx_ring;
	struct xdp_ring_frame frame;
	u32 i, room, used;
	bool one_desc;
	int sent;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;

	__netif_tx_lock(txq, smp_processor_id());
	if (unlikely(!e1000_xdp_can_tx(adapter))) {
		xdp_ring_count_xmit(&adapter->xdp_stats, 0, n);
		__netif_tx_unlock(txq);
		return -ENETDOWN;
	}
	tx_ring = adapter->tx_ring;
	room = e1000_xdp_room(tx_ring, txq);
	one_desc = e1000_xdp_one_desc(adapter);
	i = tx_ring->next_to_use;
	for (sent = 0; sent < n; sent++) {
		if (unlikely(!xdp_ring_frame_init(&frame, frames[sent])))
			break;
		used = e1000_xdp_post(adapter, tx_ring, &frame, i, room,
				      one_desc, now);
		if (unlikely(!used))
			break;
		i = e1000_xdp_after(tx_ring, i, used);
		room -= used;
	}
	e1000_xdp_posted(tx_ring, i);
	xdp_ring_count_xmit(&adapter->xdp_stats, sent, n - sent);
	if (sent)
		WRITE_ONCE(tx_ring->xdp_unsent, true);
	if ((flags & XDP_XMIT_FLUSH) && tx_ring->xdp_unsent)
		e1000_xdp_doorbell(adapter);
	__netif_tx_unlock(txq);
	return sent;
}

static void e1000_unmap_xdp(struct e1000_adapter *adapter,
			    const struct e1000_tx_buffer *buffer)
{
	dma_unmap_page(&adapter->pdev->dev, buffer->dma, buffer->length,
		       DMA_TO_DEVICE);
}

/* As the stack expects a descriptor that holds nothing */
static void e1000_forget_tx(struct e1000_tx_buffer *buffer)
{
	buffer->kind = E1000_TX_SKB;
	buffer->skb = NULL;
	buffer->dma = 0;
}

/**
 * e1000_xdp_free_tx - free what a Tx descriptor of an XDP frame held
 * @adapter: board private structure
 * @buffer: buffer of the descriptor
 *
 * Context: process while nobody transmits, or NAPI.
 */
void e1000_xdp_free_tx(struct e1000_adapter *adapter,
		       struct e1000_tx_buffer *buffer)
{
	if (buffer->kind == E1000_TX_XDP_BUF)
		xdp_ring_free_buf(&adapter->rx_ring->rxq, buffer->data, false);
	else
		e1000_unmap_xdp(adapter, buffer);
	if (buffer->kind == E1000_TX_XDP_FRAME)
		xdp_return_frame(buffer->xdpf);
	e1000_forget_tx(buffer);
}

/**
 * e1000_free_parked_tx - free XDP frames that netpoll has completed
 * @adapter: board private structure
 * @tx_ring: their ring
 *
 * Context: process while nobody transmits, or NAPI.
 */
void e1000_free_parked_tx(struct e1000_adapter *adapter,
			  struct e1000_tx_ring *tx_ring)
{
	u32 i;

	for (i = 0; i < tx_ring->parked; i++)
		e1000_xdp_free_tx(adapter, &tx_ring->parking[i]);
	tx_ring->parked = 0;
}

/* netpoll may be called where pages and frames cannot be freed: those of the
 * descriptors from i to eop wait for the next poll with a budget.
 * Return: false when there is no place left for them.
 */
static bool e1000_park_tx(struct e1000_tx_ring *tx_ring, u32 i, u32 eop)
{
	for (;; i = e1000_xdp_after(tx_ring, i, 1)) {
		struct e1000_tx_buffer *buffer = &tx_ring->buffer_info[i];

		if (buffer->kind) {
			if (tx_ring->parked == tx_ring->count)
				return false;
			tx_ring->parking[tx_ring->parked++] = *buffer;
			e1000_forget_tx(buffer);
		}
		if (i == eop)
			return true;
	}
}

/**
 * e1000_complete_tx - free what the device has sent
 * @adapter: board private structure
 * @tx_ring: ring to clean
 * @budget: NAPI's budget; with 0, netpoll's, XDP frames are not freed but put
 *	    aside, so that those of the stack behind them are
 * @done: filled with what was freed
 *
 * A frame is done when its last descriptor is: a device that writes descriptors
 * back in bursts (TXDCTL) may call others done before.
 *
 * Context: NAPI.
 * Return: the first descriptor that is not done.
 */
u32 e1000_complete_tx(struct e1000_adapter *adapter,
		      struct e1000_tx_ring *tx_ring, int budget,
		      struct e1000_tx_done *done)
{
	/* Frames before it are posted as a whole, with all their buffers */
	const u32 end = smp_load_acquire(&tx_ring->frames_end);
	/* To be asked after all that may be unmapped here was mapped */
	const bool need_unmap = dma_need_unmap(&adapter->pdev->dev);
	/* Of the frame that i is in, NULL between frames */
	const struct e1000_tx_buffer *last = NULL;
	struct e1000_tx_buffer *buffers = tx_ring->buffer_info;
	struct xdp_ring_rxq *rxq = &adapter->rx_ring->rxq;
	struct e1000_tx_desc *descs = tx_ring->desc;
	u32 packets = 0, bytes = 0, skb_descs = 0;
	const u32 start = tx_ring->next_to_clean;
	struct xdp_frame_bulk bulk;
	u32 i = start;

	if (unlikely(tx_ring->parked) && budget)
		e1000_free_parked_tx(adapter, tx_ring);

	xdp_frame_bulk_init(&bulk);
	rcu_read_lock();
	while (i != end) {
		struct e1000_tx_buffer *buffer = &buffers[i];

		if (!last) {
			u32 eop = buffer->next_to_watch;

			if (!(READ_ONCE(descs[eop].upper.data) &
			      cpu_to_le32(E1000_TXD_STAT_DD)))
				break;
			dma_rmb();

			last = &buffers[eop];
			if (last->kind == E1000_TX_SKB) {
				if (last->skb) {
					done->skbs++;
					done->skb_bytes += last->skb->len;
				}
				packets += last->segs;
				skb_descs += e1000_tx_distance(tx_ring, i,
							       eop) + 1;
			} else {
				if (unlikely(!budget) &&
				    !e1000_park_tx(tx_ring, i, eop))
					break;
				packets++;
			}
			bytes += last->bytecount;
		}

		switch (buffer->kind) {
		case E1000_TX_SKB:
			e1000_unmap_and_free_tx_resource(adapter, buffer,
							 budget);
			break;
		case E1000_TX_XDP_BUF:
			xdp_ring_put_buf(rxq, buffer->data, buffer->dma);
			e1000_forget_tx(buffer);
			break;
		case E1000_TX_XDP_FRAME:
		case E1000_TX_XDP_PART:
			if (need_unmap)
				e1000_unmap_xdp(adapter, buffer);
			if (buffer->kind == E1000_TX_XDP_FRAME)
				xdp_return_frame_bulk(buffer->xdpf, &bulk);
			e1000_forget_tx(buffer);
			break;
		}
		/* The next frame here is done when it was sent */
		descs[i].upper.data = 0;
		if (buffer == last)
			last = NULL;
		if (unlikely(++i == tx_ring->count))
			i = 0;
	}
	xdp_flush_frame_bulk(&bulk);
	rcu_read_unlock();

	done->is_pending = i != end;
	done->descs = e1000_tx_distance(tx_ring, start, i);
	done->packets = packets;
	done->bytes = bytes;
	WRITE_ONCE(tx_ring->xdp_completed,
		   tx_ring->xdp_completed + done->descs - skb_descs);
	return i;
}

/**
 * e1000_limit_tso - keep frames from the stack that the Tx ring could not hold
 * @adapter: board private structure
 *
 * A descriptor of a TSO frame holds two segments, or 4096 bytes where the MSS
 * is above half of that, of which 64 KiB fit every ring. Beside them a frame
 * needs one for each of its parts, its context, errata and a gap. Half of the
 * ring is the limit where it is long enough.
 *
 * Context: process; the ring's length is set.
 */
void e1000_limit_tso(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;
	u32 others = XDP_RING_MAX_PARTS + 6;
	u32 before = netdev->tso_max_segs;
	int segs;

	if (adapter->pcix_82544)
		others += XDP_RING_MAX_PARTS;
	segs = max_t(int, adapter->tx_ring->count - 2 * others, 2);
	netif_set_tso_max_segs(netdev, segs);
	/* That lowers the stack's own limit for a shorter ring, and does not
	 * raise it for a longer one
	 */
	if (netdev->gso_max_segs == before)
		WRITE_ONCE(netdev->gso_max_segs, segs);
}
