/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _E1000_XDP_H_
#define _E1000_XDP_H_

#include "e1000.h"

/* Bytes that the device writes to one Rx buffer at most (RCTL.BSIZE) */
#define E1000_RX_BUF_LEN	E1000_RXBUFFER_2048

/* The largest MTU whose frames, with VLAN tag and FCS, fit in one Rx buffer */
#define E1000_XDP_MAX_MTU						\
	(E1000_RX_BUF_LEN - ETH_HLEN - VLAN_HLEN - ETH_FCS_LEN)

/* The stack's queue is woken when so many descriptors are free */
#define E1000_TX_WAKE_THRESHOLD	32U

/* What a Tx descriptor's buffer holds: e1000_tx_buffer.kind */
enum e1000_tx_kind {
	E1000_TX_SKB,		/* a part of an skb, or nothing */
	E1000_TX_XDP_BUF,	/* XDP_TX: a buffer of our own pool */
	E1000_TX_XDP_PART,	/* a redirected frame, but for its last part */
	E1000_TX_XDP_FRAME,	/* a redirected frame's last part */
};

/* What a clean-up of the Tx ring has freed */
struct e1000_tx_done {
	bool is_pending;	/* the device has not sent all */
	unsigned int descs;
	unsigned int packets;
	unsigned int bytes;
	unsigned int skbs;	/* these two are BQL's */
	unsigned int skb_bytes;
};

/* e1000_rx.c */
int e1000_create_rx_queue(struct e1000_adapter *adapter,
			  struct e1000_rx_ring *rx_ring);
void e1000_clean_rx_ring(struct e1000_adapter *adapter,
			 struct e1000_rx_ring *rx_ring);
void e1000_alloc_rx_buffers(struct e1000_adapter *adapter,
			    struct e1000_rx_ring *rx_ring);
int e1000_clean_rx_irq(struct e1000_adapter *adapter,
		       struct e1000_rx_ring *rx_ring, int budget);
int e1000_change_mtu(struct net_device *netdev, int new_mtu);
int e1000_get_tunable(struct net_device *netdev,
		      const struct ethtool_tunable *tuna, void *data);
int e1000_set_tunable(struct net_device *netdev,
		      const struct ethtool_tunable *tuna, const void *data);

/* e1000_tx.c */
void e1000_xdp_free_tx(struct e1000_adapter *adapter,
		       struct e1000_tx_buffer *buffer);
void e1000_free_parked_tx(struct e1000_adapter *adapter,
			  struct e1000_tx_ring *tx_ring);
u32 e1000_complete_tx(struct e1000_adapter *adapter,
		      struct e1000_tx_ring *tx_ring, int budget,
		      struct e1000_tx_done *done);
void e1000_limit_tso(struct e1000_adapter *adapter);
void e1000_xdp_tx_flush(struct xdp_ring_rxq *rxq, bool doorbell);
int e1000_xdp_xmit(struct net_device *netdev, int n, struct xdp_frame **frames,
		   u32 flags);
void e1000_xdp_flush_unsent(struct e1000_adapter *adapter);

/* e1000_xdp.c */
int e1000_bpf(struct net_device *netdev, struct netdev_bpf *bpf);
void e1000_xdp_init(struct net_device *netdev);

/* e1000_main.c */
void e1000_rx_checksum(struct e1000_adapter *adapter, u32 status_err, u32 csum,
		       struct sk_buff *skb);
void e1000_receive_skb(struct e1000_adapter *adapter, u8 status, __le16 vlan,
		       struct sk_buff *skb);
bool e1000_tbi_should_accept(struct e1000_adapter *adapter, u8 status,
			     u8 errors, u32 length, const u8 *data);
void e1000_unmap_and_free_tx_resource(struct e1000_adapter *adapter,
				      struct e1000_tx_buffer *buffer_info,
				      int budget);

/**
 * e1000_xdp_attached - does an interface run an XDP program?
 * @netdev: the interface
 *
 * Context: RTNL.
 * Return: true when it does.
 */
static inline bool e1000_xdp_attached(const struct net_device *netdev)
{
	const struct e1000_adapter *adapter = netdev_priv(netdev);

	return adapter->xdp_prog;
}

/**
 * e1000_stack_needs - how many free descriptors are the stack's
 * @tx_ring: the ring
 *
 * XDP leaves them alone, so that it cannot starve the stack, and the stack's
 * queue is woken once there are as many.
 *
 * Context: any.
 * Return: what the frame needs that the queue was stopped for, and never less
 * than a few.
 */
static inline u32 e1000_stack_needs(const struct e1000_tx_ring *tx_ring)
{
	return max(E1000_TX_WAKE_THRESHOLD, READ_ONCE(tx_ring->stack_needs));
}

/* The worker that resets the device, and whoever else changes it, take turns */
static inline void e1000_lock_reset(struct e1000_adapter *adapter)
{
	while (test_and_set_bit(__E1000_RESETTING, &adapter->flags))
		usleep_range(1000, 2000);
}

static inline void e1000_unlock_reset(struct e1000_adapter *adapter)
{
	clear_bit(__E1000_RESETTING, &adapter->flags);
}

/**
 * e1000_tx_chunk - how much of a buffer one Tx descriptor may carry
 * @adapter: board private structure
 * @dma: bus address of what is left of the buffer
 * @len: bytes left
 * @first: the descriptor is the first of its frame
 *
 * Return: bytes, at most @len and never 0.
 */
static inline u32 e1000_tx_chunk(const struct e1000_adapter *adapter,
				 dma_addr_t dma, u32 len, bool first)
{
	u32 size = min_t(u32, len, SZ_4K);

	/* Errata 10, PCI-X: the first descriptor stays below 2016 bytes */
	if (unlikely(first && size > 2015 &&
		     adapter->hw.bus_type == e1000_bus_type_pcix))
		size = 2015;

	/* 82544 on PCI-X hangs on a buffer that ends in an even dword */
	if (unlikely(adapter->pcix_82544 && size > 4 &&
		     !((dma + size - 1) & 4)))
		size -= 4;

	return size;
}

/**
 * e1000_tx_descs - the most descriptors that a buffer can need
 * @adapter: board private structure
 * @len: bytes in the buffer
 *
 * Return: a bound on the number of chunks, whatever the buffer's address.
 */
static inline u32 e1000_tx_descs(const struct e1000_adapter *adapter, u32 len)
{
	u32 descs = DIV_ROUND_UP(len, SZ_4K);

	if (unlikely(adapter->hw.bus_type == e1000_bus_type_pcix))
		descs++;
	if (unlikely(adapter->pcix_82544))
		descs *= 2;
	return descs;
}

/**
 * e1000_xdp_max_len - how long may a frame of XDP's be?
 * @adapter: board private structure
 *
 * XDP, unlike the stack, does not obey the MTU, and most devices need not
 * either. The 82547 has 40 KiB for Rx and Tx together, of which e1000_reset()
 * gives Tx what the MTU asks for.
 *
 * Context: the Tx queue's lock is held; max_frame_size changes only while the
 * interface is down.
 * Return: bytes, without FCS.
 */
static inline u32 e1000_xdp_max_len(const struct e1000_adapter *adapter)
{
	u32 most = MAX_JUMBO_FRAME_SIZE;

	if (unlikely(adapter->hw.mac_type >= e1000_82547))
		most = min(most, adapter->hw.max_frame_size + VLAN_HLEN);
	return most - ETH_FCS_LEN;
}

/**
 * e1000_82547_reserve_fifo - may a frame go into the 82547's Tx FIFO?
 * @adapter: board private structure
 * @len: bytes in the frame, without FCS
 *
 * In half duplex the device hangs on a frame that reaches too far beyond the
 * end of its FIFO. Such a frame has to wait until fifo_stall_task has set the
 * FIFO back. The FIFO's head is followed in full duplex as well, for the link
 * may change.
 *
 * Context: the Tx queue's lock is held.
 * Return: true when the frame may go; its room is taken then.
 */
static inline bool e1000_82547_reserve_fifo(struct e1000_adapter *adapter,
					    u32 len)
{
	/* Every frame has a header in the FIFO; it starts at such a unit */
	const u32 unit = 0x10, beyond = 0x3e0;
	u32 needs = ALIGN(len + unit, unit);
	u32 left = adapter->tx_fifo_size - adapter->tx_fifo_head;

	if (adapter->link_duplex == HALF_DUPLEX) {
		if (atomic_read(&adapter->tx_fifo_stall))
			return false;
		if (needs >= left + beyond) {
			atomic_set(&adapter->tx_fifo_stall, 1);
			return false;
		}
	}

	adapter->tx_fifo_head += needs;
	if (adapter->tx_fifo_head >= adapter->tx_fifo_size)
		adapter->tx_fifo_head -= adapter->tx_fifo_size;
	return true;
}

#endif /* _E1000_XDP_H_ */
