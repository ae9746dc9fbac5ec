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

	rx_ring->empty = rx_ring->count;
	return xdp_ring_create(&rx_ring->rxq, &config);
}

/**
 * e1000_clean_rx_ring - give all buffers of a ring back to its pool
 * @adapter: board private structure
 * @rx_ring: ring to clean
 *
 * A frame that is received in part goes as well.
 *
 * Context: process; NAPI and receives are disabled.
 */
void e1000_clean_rx_ring(struct e1000_adapter *adapter,
			 struct e1000_rx_ring *rx_ring)
{
	struct e1000_hw *hw = &adapter->hw;
	u32 i;

	xdp_ring_reset(&rx_ring->rxq);

	for (i = 0; i < rx_ring->count; i++) {
		void *va = rx_ring->buffer_info[i].buf.va;

		if (va)
			xdp_ring_free_buf(&rx_ring->rxq, va, false);
	}
	memset(rx_ring->buffer_info, 0,
	       rx_ring->count * sizeof(*rx_ring->buffer_info));
	memset(rx_ring->desc, 0, rx_ring->size);

	rx_ring->next_to_clean = 0;
	rx_ring->next_to_use = 0;
	rx_ring->empty = rx_ring->count;
	/* A ring that the device was never given has no registers */
	if (rx_ring->rdh) {
		writel(0, hw->hw_addr + rx_ring->rdh);
		writel(0, hw->hw_addr + rx_ring->rdt);
	}
}

/* Give a descriptor a new buffer. Only from now on may it be done */
static void e1000_set_rx_buffer(struct e1000_rx_desc *desc,
				struct e1000_rx_buffer *buffer,
				struct xdp_ring_buf buf)
{
	buffer->buf = buf;
	desc->buffer_addr = cpu_to_le64(buf.dma);
	desc->status = 0;
}

/* Give new buffers to descriptors that have none, from next_to_use on.
 * Return: the descriptors that have a buffer, at most @todo.
 */
static u32 e1000_fill_rx_ring(struct e1000_adapter *adapter,
			      struct e1000_rx_ring *rx_ring, u32 todo)
{
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	u32 i = rx_ring->next_to_use, filled;

	for (filled = 0; filled < todo && rx_ring->empty; filled++) {
		struct e1000_rx_buffer *buffer = &rx_ring->buffer_info[i];
		struct xdp_ring_buf buf;

		if (!buffer->buf.va) {
			if (unlikely(!xdp_ring_alloc_buf(rxq, &buf))) {
				adapter->alloc_rx_buff_failed++;
				break;
			}
			e1000_set_rx_buffer(E1000_RX_DESC(*rx_ring, i), buffer,
					    buf);
			rx_ring->empty--;
		}
		if (unlikely(++i == rx_ring->count))
			i = 0;
	}
	return rx_ring->empty ? filled : todo;
}

/**
 * e1000_alloc_rx_buffers - give the device buffers for all free descriptors
 * @adapter: board private structure
 * @rx_ring: ring to fill
 *
 * One descriptor is always left over, so that a full ring differs from an empty
 * one. A buffer begins at a multiple of 4 KiB and cannot cross a 64 KiB
 * boundary, so errata 23 needs no care here.
 *
 * Context: NAPI, or while that is disabled.
 */
void e1000_alloc_rx_buffers(struct e1000_adapter *adapter,
			    struct e1000_rx_ring *rx_ring)
{
	u32 todo = E1000_DESC_UNUSED(rx_ring);
	u32 i = rx_ring->next_to_use;

	todo = e1000_fill_rx_ring(adapter, rx_ring, todo);
	if (unlikely(!todo))
		return;

	/* The descriptor that was left over was not the device's to write */
	E1000_RX_DESC(*rx_ring, i)->status = 0;
	i += todo;
	if (i >= rx_ring->count)
		i -= rx_ring->count;
	rx_ring->next_to_use = i;
	/* The device reads the descriptors once the tail moves. It is not given
	 * the last one.
	 */
	dma_wmb();
	writel(i ? i - 1 : rx_ring->count - 1,
	       adapter->hw.hw_addr + rx_ring->rdt);
}

/* Is a frame good in spite of the errors in its last descriptor?
 * The TBI workaround (82543 copper) knows frames of one buffer only; there
 * a carrier extension byte is taken off the end.
 */
static bool e1000_rx_accept_errors(struct e1000_adapter *adapter,
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

/* What most descriptors hold is a whole frame without errors, with a header and
 * an FCS. Return: its length with FCS; 0 for anything else.
 */
static u32 e1000_rx_whole_frame(const struct xdp_ring_rxq *rxq,
				const struct e1000_rx_desc *desc, u8 status)
{
	u32 len = le16_to_cpu(READ_ONCE(desc->length));

	if (likely((status & E1000_RXD_STAT_EOP) &&
		   rxq->state == XDP_RING_BETWEEN &&
		   in_range(len, ETH_HLEN + ETH_FCS_LEN,
			    E1000_RX_BUF_LEN - ETH_HLEN - ETH_FCS_LEN + 1) &&
		   !(desc->errors & E1000_RXD_ERR_FRAME_ERR_MASK)))
		return len;
	return 0;
}

/* A buffer holds something, and the device begins the next when it is full */
static bool e1000_rx_len_valid(u32 len, bool eop)
{
	return eop ? len && len <= E1000_RX_BUF_LEN : len == E1000_RX_BUF_LEN;
}

/* Add a descriptor's buffer to a frame of several, or refuse it: the length
 * that the device tells may be wrong.
 * Return: the frame's length with FCS once it is whole and good, else 0.
 */
static noinline u32 e1000_rx_collect(struct e1000_adapter *adapter,
				     struct e1000_rx_ring *rx_ring,
				     const struct e1000_rx_desc *desc,
				     u8 status, const struct xdp_ring_buf *buf)
{
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	u32 len = le16_to_cpu(READ_ONCE(desc->length));
	bool eop = status & E1000_RXD_STAT_EOP;

	if (unlikely(!e1000_rx_len_valid(len, eop) ||
		     !xdp_ring_add_buf(rxq, buf, len, eop))) {
		if (rxq->state != XDP_RING_DISCARDING)
			adapter->rx_malformed++;
		xdp_ring_refuse(rxq, buf, eop);
		return 0;
	}
	if (!eop)
		return 0;

	if (unlikely(desc->errors & E1000_RXD_ERR_FRAME_ERR_MASK) &&
	    !e1000_rx_accept_errors(adapter, rx_ring, desc, status)) {
		xdp_return_buff(&rxq->xdp);
		return 0;
	}

	len = xdp_get_buff_len(&rxq->xdp);
	if (unlikely(len < ETH_HLEN + ETH_FCS_LEN)) {
		adapter->rx_malformed++;
		xdp_return_buff(&rxq->xdp);
		return 0;
	}
	/* The device strips no FCS, and it may lie across two buffers */
	if (!(adapter->netdev->features & NETIF_F_RXFCS))
		xdp_ring_trim(rxq, ETH_FCS_LEN);
	return len;
}

/* Hand the received frame to the stack. A short one is copied, for a socket
 * pays for all of a buffer that it holds. Out of line, as the skb takes all
 * registers.
 * Return: what becomes of the buffer.
 */
static noinline enum xdp_ring_next
e1000_rx_pass(struct e1000_adapter *adapter, struct e1000_rx_ring *rx_ring,
	      const struct e1000_rx_desc *desc, u8 status)
{
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	enum xdp_ring_next next = XDP_RING_REUSE;
	struct xdp_buff *xdp = &rxq->xdp;
	struct sk_buff *skb;

	skb = xdp_ring_copy_skb(rxq, &adapter->napi,
				READ_ONCE(adapter->rx_copybreak));
	if (!skb) {
		next = XDP_RING_GONE;
		skb = xdp_build_skb_from_buff(xdp);
	}
	if (unlikely(!skb)) {
		adapter->alloc_rx_buff_failed++;
		adapter->netdev->stats.rx_dropped++;
		xdp_return_buff(xdp);
		return next;
	}
	e1000_rx_checksum(adapter, status | (u32)desc->errors << 24,
			  le16_to_cpu(desc->csum), skb);
	e1000_receive_skb(adapter, status, desc->special, skb);
	return next;
}

/* A descriptor's buffer is gone: give it another one if that is quick */
static void e1000_replace_rx_buffer(struct e1000_rx_ring *rx_ring,
				    struct e1000_rx_desc *desc,
				    struct e1000_rx_buffer *buffer)
{
	struct xdp_ring_buf buf;

	if (xdp_ring_take_spare(&rx_ring->rxq, &buf)) {
		e1000_set_rx_buffer(desc, buffer, buf);
	} else {
		buffer->buf.va = NULL;
		rx_ring->empty++;
	}
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
	const u32 fcs = adapter->netdev->features & NETIF_F_RXFCS ?
			0 : ETH_FCS_LEN;
	struct bpf_prog *prog = READ_ONCE(adapter->xdp_prog);
	struct xdp_ring_rxq *rxq = &rx_ring->rxq;
	unsigned int bytes = 0, packets = 0;
	u32 i = rx_ring->next_to_clean;
	int work = 0;

	while (work < budget) {
		struct e1000_rx_desc *desc = E1000_RX_DESC(*rx_ring, i);
		struct e1000_rx_buffer *buffer = &rx_ring->buffer_info[i];
		enum xdp_ring_next next = XDP_RING_GONE;
		u8 status = READ_ONCE(desc->status);
		u32 len;

		/* The device writes no descriptor that it was not given */
		if (!(status & E1000_RXD_STAT_DD) ||
		    unlikely(i == rx_ring->next_to_use))
			break;
		/* The rest of the descriptor is valid only once DD is seen */
		dma_rmb();
		work++;

		len = e1000_rx_whole_frame(rxq, desc, status);
		if (likely(len))
			xdp_ring_begin(rxq, &buffer->buf, len - fcs);
		else
			len = e1000_rx_collect(adapter, rx_ring, desc, status,
					       &buffer->buf);
		if (likely(len)) {
			bytes += len - ETH_FCS_LEN;
			packets++;
			next = XDP_RING_TO_STACK;
			if (prog)
				next = xdp_ring_run(rxq, prog,
						    e1000_xdp_tx_flush);
			if (next == XDP_RING_TO_STACK)
				next = e1000_rx_pass(adapter, rx_ring, desc,
						     status);
		}

		if (next != XDP_RING_REUSE)
			e1000_replace_rx_buffer(rx_ring, desc, buffer);
		else if (likely(buffer->buf.va == rxq->xdp.data_hard_start))
			desc->status = 0;
		else
			e1000_set_rx_buffer(desc, buffer, xdp_ring_linear(rxq));

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

/**
 * e1000_change_mtu - set the largest frame that is received
 * @netdev: the interface
 * @new_mtu: bytes
 *
 * A reset divides the packet buffer between Rx and Tx anew. Until then no frame
 * of the new length may be sent.
 *
 * Context: process, RTNL.
 * Return: 0, or -EINVAL when such frames cannot be received.
 */
int e1000_change_mtu(struct net_device *netdev, int new_mtu)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	bool running = netif_running(netdev);

	if (adapter->hw.mac_type <= e1000_82542_rev2_1 &&
	    new_mtu > ETH_DATA_LEN) {
		netdev_err(netdev, "the 82542 receives no jumbo frames\n");
		return -EINVAL;
	}
	/* The core does not ask when a bond gives its port the MTU back */
	if (new_mtu > netdev->max_mtu) {
		netdev_err(netdev, "the XDP program takes an MTU of at most %u\n",
			   netdev->max_mtu);
		return -EINVAL;
	}

	e1000_lock_reset(adapter);

	if (running)
		e1000_down(adapter);
	adapter->hw.max_frame_size = new_mtu + ETH_HLEN + ETH_FCS_LEN;
	WRITE_ONCE(netdev->mtu, new_mtu);
	e1000_reset(adapter);
	if (running)
		e1000_up(adapter);

	e1000_unlock_reset(adapter);
	return 0;
}

/**
 * e1000_get_tunable - tell up to which length frames are copied for the stack
 * @netdev: the interface
 * @tuna: what is asked for; all but ETHTOOL_RX_COPYBREAK is refused
 * @data: u32 to be filled
 *
 * Context: process, RTNL.
 * Return: 0 or -EOPNOTSUPP.
 */
int e1000_get_tunable(struct net_device *netdev,
		      const struct ethtool_tunable *tuna, void *data)
{
	const struct e1000_adapter *adapter = netdev_priv(netdev);

	if (tuna->id != ETHTOOL_RX_COPYBREAK)
		return -EOPNOTSUPP;
	*(u32 *)data = adapter->rx_copybreak;
	return 0;
}

/**
 * e1000_set_tunable - set up to which length frames are copied for the stack
 * @netdev: the interface
 * @tuna: what is to be set; all but ETHTOOL_RX_COPYBREAK is refused
 * @data: u32, 0 to copy none
 *
 * Context: process, RTNL.
 * Return: 0 or -EOPNOTSUPP.
 */
int e1000_set_tunable(struct net_device *netdev,
		      const struct ethtool_tunable *tuna, const void *data)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	if (tuna->id != ETHTOOL_RX_COPYBREAK)
		return -EOPNOTSUPP;
	WRITE_ONCE(adapter->rx_copybreak, *(const u32 *)data);
	return 0;
}
