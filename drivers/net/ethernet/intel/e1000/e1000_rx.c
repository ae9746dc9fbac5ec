// SPDX-License-Identifier: GPL-2.0-only
/* Receive: one routine for every MTU, with or without an XDP program */

#include "e1000_xdp.h"

/**
 * e1000_create_rx_queue - make the page_pool and the rxq info of a ring
 * @adapter: board private structure
 * @rx_ring: ring whose count is set
 *
 * Context: process, RTNL; may sleep.
 * Return: 0 or a negative error.
 */
int e1000_create_rx_queue(struct e1000_adapter *adapter,
			  struct e1000_rx_ring *rx_ring)
{
	struct xdp_ring_config config = {
		.netdev		= adapter->netdev,
		.napi		= &adapter->napi,
		.dev		= &adapter->pdev->dev,
		.stats		= &adapter->xdp_stats,
		.count		= rx_ring->count,
		.buf_len	= E1000_RX_BUF_LEN,
	};

	return xdp_ring_create(&rx_ring->rxq, &config);
}

/**
 * e1000_clean_rx_ring - give all buffers of a ring back to its pool
 * @adapter: board private structure
 * @rx_ring: ring to clean
 *
 * A frame that is received in part goes as well.
 *
 * Context: process; NAPI and receives are disabled. Only for the 82542
 * rev. 2.0, whose receiver e1000_set_rx_mode() resets, NAPI may be running: a
 * race that the driver has had with this chip for as long as it has NAPI.
 */
void e1000_clean_rx_ring(struct e1000_adapter *adapter,
			 struct e1000_rx_ring *rx_ring)
{
	struct e1000_hw *hw = &adapter->hw;
	u32 i;

	xdp_ring_reset(&rx_ring->rxq);
	rx_ring->discarding = false;

	for (i = 0; i < rx_ring->count; i++) {
		struct page *page = rx_ring->buffer_info[i].rxbuf.page;

		if (page)
			page_pool_put_full_page(rx_ring->rxq.pool, page, false);
	}
	memset(rx_ring->buffer_info, 0,
	       rx_ring->count * sizeof(*rx_ring->buffer_info));
	memset(rx_ring->desc, 0, rx_ring->size);

	rx_ring->next_to_clean = 0;
	rx_ring->next_to_use = 0;
	/* A ring that the device was never given has no registers */
	if (rx_ring->rdh) {
		writel(0, hw->hw_addr + rx_ring->rdh);
		writel(0, hw->hw_addr + rx_ring->rdt);
	}
}

/**
 * e1000_alloc_rx_buffers - give the device buffers for all free descriptors
 * @adapter: board private structure
 * @rx_ring: ring to fill
 *
 * One descriptor stays free, so that a full ring differs from an empty one.
 * A buffer is one page and cannot cross a 64 KiB boundary, so errata 23 needs
 * no care here.
 *
 * Context: NAPI, or while that is disabled.
 */
void e1000_alloc_rx_buffers(struct e1000_adapter *adapter,
			    struct e1000_rx_ring *rx_ring)
{
	u32 todo = E1000_DESC_UNUSED(rx_ring), filled = 0;
	u32 i = rx_ring->next_to_use;

	for (; filled < todo; filled++) {
		struct e1000_rx_buffer *buffer = &rx_ring->buffer_info[i];
		struct e1000_rx_desc *desc = E1000_RX_DESC(*rx_ring, i);
		struct page *page = buffer->rxbuf.page;

		/* That of a dropped frame has stayed */
		if (!page) {
			page = xdp_ring_alloc_page(&rx_ring->rxq);
			if (unlikely(!page)) {
				adapter->alloc_rx_buff_failed++;
				break;
			}
			buffer->rxbuf.page = page;
		}
		desc->buffer_addr = cpu_to_le64(xdp_ring_dma_addr(page));
		/* Only from now on may the device call it done */
		desc->status = 0;
		if (unlikely(++i == rx_ring->count))
			i = 0;
	}

	if (likely(filled)) {
		rx_ring->next_to_use = i;
		/* The device reads the descriptors once the tail moves. It
		 * is not given the last one.
		 */
		dma_wmb();
		writel(i ? i - 1 : rx_ring->count - 1,
		       adapter->hw.hw_addr + rx_ring->rdt);
	}
}

/* Is a frame good in spite of the errors that its last descriptor tells of?
 * The TBI workaround (82543 copper) knows frames of one buffer only; there
 * a carrier extension byte is taken off the end.
 */
static bool e1000_rx_forgive(struct e1000_adapter *adapter,
			     struct e1000_rx_ring *rx_ring,
			     const struct e1000_rx_desc *desc, u8 status)
{
	const struct xdp_buff *xdp = &rx_ring->rxq.xdp;

	if (!xdp_buff_has_frags(xdp) &&
	    e1000_tbi_should_accept(adapter, status, desc->errors,
				    xdp->data_end - xdp->data, xdp->data)) {
		xdp_ring_trim(&rx_ring->rxq, 1);
		return true;
	}
	return adapter->netdev->features & NETIF_F_RXALL;
}

/* The device's word is not taken for the length of anything: a frame with a
 * buffer that cannot be, without end, or too short for a header goes whole.
 */
static __cold void e1000_rx_refuse(struct e1000_adapter *adapter,
				   struct e1000_rx_ring *rx_ring)
{
	xdp_ring_discard(&rx_ring->rxq);
	adapter->rx_malformed++;
}

/* The same for a buffer that is not part of the frame yet. What comes of the
 * frame until its end is given back without a look.
 */
static __cold void e1000_rx_refuse_page(struct e1000_adapter *adapter,
					struct e1000_rx_ring *rx_ring,
					struct page *page, bool eop)
{
	page_pool_put_full_page(rx_ring->rxq.pool, page, true);
	if (!rx_ring->discarding)
		e1000_rx_refuse(adapter, rx_ring);
	rx_ring->discarding = !eop;
}

/* A buffer holds something, and the device goes on to the next when it is full */
static bool e1000_rx_len_valid(u32 len, bool eop)
{
	return eop ? len && len <= E1000_RX_BUF_LEN : len == E1000_RX_BUF_LEN;
}

/* Add a descriptor's buffer to the frame being collected.
 * Return: the frame's length without FCS once it is whole and good, else 0.
 */
static u32 e1000_rx_collect(struct e1000_adapter *adapter,
			    struct e1000_rx_ring *rx_ring,
			    const struct e1000_rx_desc *desc, u8 status,
			    struct page *page)
{
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	u32 len = le16_to_cpu(READ_ONCE(desc->length));
	bool eop = status & E1000_RXD_STAT_EOP;

	if (unlikely(rx_ring->discarding || !e1000_rx_len_valid(len, eop) ||
		     !xdp_ring_add_page(rxq, page, len))) {
		e1000_rx_refuse_page(adapter, rx_ring, page, eop);
		return 0;
	}
	if (unlikely(!eop))
		return 0;

	if (unlikely(desc->errors & E1000_RXD_ERR_FRAME_ERR_MASK) &&
	    !e1000_rx_forgive(adapter, rx_ring, desc, status)) {
		xdp_ring_discard(rxq);
		return 0;
	}

	len = xdp_get_buff_len(&rxq->xdp);
	if (unlikely(len < ETH_HLEN + ETH_FCS_LEN)) {
		e1000_rx_refuse(adapter, rx_ring);
		return 0;
	}
	/* The device strips no FCS, and it may lie across two buffers */
	if (likely(!(adapter->netdev->features & NETIF_F_RXFCS)))
		xdp_ring_trim(rxq, ETH_FCS_LEN);
	return len - ETH_FCS_LEN;
}

/* Out of line, as the skb takes all registers */
static noinline void e1000_rx_pass(struct e1000_adapter *adapter,
				   struct e1000_rx_ring *rx_ring,
				   const struct e1000_rx_desc *desc, u8 status)
{
	struct sk_buff *skb = xdp_ring_build_skb(&rx_ring->rxq);

	if (unlikely(!skb)) {
		adapter->alloc_rx_buff_failed++;
		adapter->netdev->stats.rx_dropped++;
		return;
	}
	e1000_rx_checksum(adapter, status | (u32)desc->errors << 24,
			  le16_to_cpu(desc->csum), skb);
	e1000_receive_skb(adapter, status, desc->special, skb);
}

/**
 * e1000_clean_rx_irq - receive what the device has written
 * @adapter: board private structure
 * @rx_ring: ring to poll
 * @budget: descriptors to process at most, not 0
 *
 * Context: NAPI.
 * Return: descriptors processed; the whole @budget also when memory for new
 * buffers is short, for with none left no interrupt would come either.
 */
int e1000_clean_rx_irq(struct e1000_adapter *adapter,
		       struct e1000_rx_ring *rx_ring, int budget)
{
	struct bpf_prog *prog = READ_ONCE(adapter->xdp_prog);
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	unsigned int bytes = 0, packets = 0;
	u32 i = rx_ring->next_to_clean;
	int work = 0;

	while (work < budget) {
		struct e1000_rx_desc *desc = E1000_RX_DESC(*rx_ring, i);
		struct e1000_rx_buffer *buffer = &rx_ring->buffer_info[i];
		struct page *page = buffer->rxbuf.page, *stays = NULL;
		u8 status = READ_ONCE(desc->status);
		enum xdp_ring_next next;
		u32 len;

		/* What the device has not been given it has not written */
		if (!(status & E1000_RXD_STAT_DD) ||
		    unlikely(i == rx_ring->next_to_use))
			break;
		/* The rest of the descriptor is valid only once DD is seen */
		dma_rmb();
		work++;

		len = e1000_rx_collect(adapter, rx_ring, desc, status, page);
		if (likely(len)) {
			bytes += len;
			packets++;
			next = XDP_RING_TO_STACK;
			if (prog)
				next = xdp_ring_run(rxq, prog,
						    e1000_xdp_tx_flush);
			if (next == XDP_RING_TO_STACK)
				e1000_rx_pass(adapter, rx_ring, desc, status);
			else if (next == XDP_RING_REUSE)
				stays = rxq->page;
		}
		buffer->rxbuf.page = stays;

		if (unlikely(++i == rx_ring->count))
			i = 0;
		rx_ring->next_to_clean = i;
		/* One at a time is too slow, all at the end too late */
		if (unlikely(!(work % E1000_RX_BUFFER_WRITE)))
			e1000_alloc_rx_buffers(adapter, rx_ring);
	}

	e1000_alloc_rx_buffers(adapter, rx_ring);
	if (prog)
		xdp_ring_poll_end(rxq, e1000_xdp_tx_flush);

	adapter->total_rx_packets += packets;
	adapter->total_rx_bytes += bytes;
	adapter->netdev->stats.rx_bytes += bytes;
	adapter->netdev->stats.rx_packets += packets;
	return unlikely(E1000_DESC_UNUSED(rx_ring) > rx_ring->count / 2) ?
	       budget : work;
}

/* Rx pauses the sender early enough for a frame that is on its way, as
 * e1000_reset() has it.
 */
static void e1000_set_watermarks(struct e1000_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;
	u32 fifo = (er32(PBA) & 0xffff) << E1000_PBA_BYTES_SHIFT;

	hw->fc_high_water = min(fifo * 9 / 10, fifo - hw->max_frame_size) &
			    0xfff8;
	hw->fc_low_water = hw->fc_high_water - 8;
	if (!er32(FCRTH))
		return;
	ew32(FCRTL, hw->fc_low_water | (er32(FCRTL) & E1000_FCRTL_XONE));
	ew32(FCRTH, hw->fc_high_water);
}

/* The packet buffer is divided between Rx and Tx in the reset. Every device
 * but the 82547 has room for the largest frame in Tx however it is divided;
 * for frames above 8 KiB e1000_reset() gives Tx more, which makes them faster
 * and can wait for the next reset.
 */
static bool e1000_mtu_needs_reset(const struct e1000_hw *hw, u32 max_frame)
{
	bool is_large = max_frame > E1000_RXBUFFER_8192;
	bool was_large = hw->max_frame_size > E1000_RXBUFFER_8192;

	return hw->mac_type >= e1000_82547 && is_large != was_large;
}

/**
 * e1000_change_mtu - set the largest frame that is received
 * @netdev: the interface
 * @new_mtu: bytes, within the limits that the core has checked
 *
 * Buffers are the same for every MTU, so link, ring and traffic go on.
 *
 * Context: process, RTNL.
 * Return: 0, or -EINVAL when the device cannot receive such frames.
 */
int e1000_change_mtu(struct net_device *netdev, int new_mtu)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	u32 max_frame = new_mtu + ETH_HLEN + ETH_FCS_LEN;
	bool running = netif_running(netdev);
	bool reset;

	if (adapter->hw.mac_type <= e1000_82542_rev2_1 &&
	    new_mtu > ETH_DATA_LEN) {
		netdev_err(netdev, "the 82542 receives no jumbo frames\n");
		return -EINVAL;
	}

	e1000_lock_reset(adapter);

	/* Down, XDP sends no frame of the new length to a FIFO of the old size */
	reset = e1000_mtu_needs_reset(&adapter->hw, max_frame);
	if (running && reset)
		e1000_down(adapter);
	adapter->hw.max_frame_size = max_frame;
	WRITE_ONCE(netdev->mtu, new_mtu);
	if (!running || reset)
		e1000_reset(adapter);
	if (running && reset) {
		e1000_up(adapter);
	} else if (running) {
		/* e1000_set_rx_mode() writes the same register */
		netif_addr_lock_bh(netdev);
		e1000_setup_rctl(adapter);
		netif_addr_unlock_bh(netdev);
		e1000_set_watermarks(adapter);
	}

	e1000_unlock_reset(adapter);
	return 0;
}

/**
 * e1000_apply_rx_features - make NETIF_F_RXALL take effect
 * @adapter: board private structure of an interface that is running
 *
 * NETIF_F_RXCSUM has no need of the device: Intel's manuals of its kind want
 * RXCSUM written while the receiver is off, so checksums are always computed,
 * and e1000_rx_checksum() believes them or not.
 *
 * Context: process, RTNL.
 */
void e1000_apply_rx_features(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;
	struct e1000_hw *hw = &adapter->hw;

	/* Its receive unit goes through a reset for that anyway */
	if (hw->mac_type <= e1000_82542_rev2_1) {
		e1000_reinit_locked(adapter);
		return;
	}

	e1000_lock_reset(adapter);

	netif_addr_lock_bh(netdev);
	/* What RXALL has set beyond e1000_setup_rctl()'s own bits */
	if (!(netdev->features & NETIF_F_RXALL))
		ew32(RCTL, er32(RCTL) & ~E1000_RCTL_PMCF);
	e1000_set_rx_mode(netdev);
	e1000_setup_rctl(adapter);
	netif_addr_unlock_bh(netdev);

	e1000_unlock_reset(adapter);
}
