/* SPDX-License-Identifier: GPL-2.0-only */
/* What KUnit tests on an interface of this driver share */
#ifndef _E1000_NIC_TEST_H
#define _E1000_NIC_TEST_H

#include <kunit/test.h>
#include <linux/rtnetlink.h>

#include "e1000_xdp.h"

/* The first interface of this driver, NULL for none. Context: RTNL. */
static inline struct net_device *find_interface(void)
{
	struct net_device *netdev;

	for_each_netdev(&init_net, netdev) {
		struct device *dev = netdev->dev.parent;

		if (dev && !strcmp(dev_driver_string(dev), "e1000"))
			return netdev;
	}
	return NULL;
}

/* An interface of this driver with a carrier, which the test before may have
 * cost it for a while. Takes RTNL, or skips the test.
 */
static inline struct net_device *lock_interface(struct kunit *test)
{
	struct net_device *netdev;
	int wait;

	for (wait = 0; wait < 100; wait++) {
		rtnl_lock();
		netdev = find_interface();
		if (netdev && netif_carrier_ok(netdev))
			return netdev;
		rtnl_unlock();
		if (!netdev)
			break;
		msleep(50);
	}
	kunit_skip(test, "the machine has no e1000 with a carrier");
	return NULL;
}

static inline void set_up_anew(struct kunit *test, struct net_device *netdev)
{
	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
}

/* Give the interface back with new rings, whatever was done to the old ones */
static inline void unlock_anew(struct kunit *test, struct net_device *netdev)
{
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* Do something to an interface that is taken for another device's meanwhile */
static inline void as_device(struct e1000_adapter *adapter,
			     e1000_mac_type mac_type,
			     void (*work_on)(struct e1000_adapter *adapter))
{
	e1000_mac_type own = adapter->hw.mac_type;

	adapter->hw.mac_type = mac_type;
	work_on(adapter);
	adapter->hw.mac_type = own;
}

static inline void change_mtu(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops->ndo_change_mtu(netdev, netdev->mtu ^ 1);
}

static inline void change_features(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops->ndo_set_features(netdev,
					     netdev->features ^ NETIF_F_RXALL);
}

/* A frame in a page of its own, as another driver redirects it, with so much
 * room behind it
 */
static inline struct xdp_frame *make_frame_with(u32 len, u32 tailroom)
{
	struct xdp_rxq_info rxq = { .mem.type = MEM_TYPE_PAGE_ORDER0 };
	u32 size = XDP_PACKET_HEADROOM + len + tailroom +
		   SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct xdp_frame *frame;
	struct xdp_buff xdp;

	xdp_init_buff(&xdp, size, &rxq);
	xdp_prepare_buff(&xdp, (void *)
			 __get_free_pages(GFP_KERNEL | __GFP_NOFAIL |
					  __GFP_ZERO | __GFP_COMP,
					  get_order(size)),
			 XDP_PACKET_HEADROOM, len, false);
	frame = xdp_convert_buff_to_frame(&xdp);
	/* Without the flag for frags this is of no meaning */
	xdp_get_shared_info_from_frame(frame)->nr_frags = 1;
	return frame;
}

static inline struct xdp_frame *make_frame(u32 len)
{
	return make_frame_with(len, ETH_ZLEN);
}

/* Take frames while a Tx ring has so many descriptors for XDP.
 * Return: how many of two frames it took.
 */
static inline int transmit_with_room(struct net_device *netdev, u32 room,
				     u32 len)
{
	struct xdp_frame *frames[] = { make_frame(len), make_frame(len) };
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	u32 unused = e1000_stack_needs(tx_ring) + 2 + room;
	int sent, i;

	tx_ring->next_to_clean = (tx_ring->next_to_use + 1 + unused) %
				 tx_ring->count;
	local_bh_disable();
	sent = netdev->netdev_ops->ndo_xdp_xmit(netdev, 2, frames, 0);
	local_bh_enable();
	for (i = sent; i < 2; i++)
		xdp_return_frame(frames[i]);
	return sent;
}

/* With the Tx lock held: send a short frame of the stack's */
static inline void send_short(struct kunit *test, struct net_device *netdev,
			      bool more)
{
	struct sk_buff *skb = alloc_skb(ETH_ZLEN, GFP_ATOMIC);

	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (!skb)
		return;
	skb_put_zero(skb, ETH_ZLEN);
	KUNIT_EXPECT_EQ(test, NETDEV_TX_OK,
			__netdev_start_xmit(netdev->netdev_ops, skb, netdev,
					    more));
}

/* Status of a frame in one buffer */
#define WHOLE	(E1000_RXD_STAT_DD | E1000_RXD_STAT_EOP)

/* What the device could write: a descriptor, and its buffer's last byte */
struct written {
	u16 len;
	u8 status;
	u8 errors;
	u8 last;
};

/* Write the ring's next descriptors. Device and driver are at different places
 * of the ring then, until it is set up anew.
 */
static inline void write_descs(struct net_device *netdev,
			       const struct written *written, u32 count)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct e1000_rx_ring *rx_ring = adapter->rx_ring;
	u32 n;

	napi_disable(&adapter->napi);
	for (n = 0; n < count; n++, written++) {
		u32 i = (rx_ring->next_to_clean + n) % rx_ring->count;
		struct e1000_rx_desc *desc = E1000_RX_DESC(*rx_ring, i);
		u8 *data = rx_ring->buffer_info[i].buf.va + XDP_RING_HEADROOM;
		struct ethhdr *eth = (struct ethhdr *)data;

		memset(data, 0, written->len);
		ether_addr_copy(eth->h_dest, netdev->dev_addr);
		eth->h_proto = htons(ETH_P_802_EX1);
		data[written->len - 1] = written->last;
		desc->length = cpu_to_le16(written->len);
		desc->csum = 0;
		desc->errors = written->errors;
		desc->special = 0;
		desc->status = written->status;
	}
	napi_enable(&adapter->napi);
}

static inline void poll(struct e1000_adapter *adapter)
{
	local_bh_disable();
	napi_schedule(&adapter->napi);
	local_bh_enable();
}

/* Poll while NAPI is disabled, so that nobody else does */
static inline void poll_alone(struct e1000_adapter *adapter, int budget)
{
	local_bh_disable();
	adapter->napi.poll(&adapter->napi, budget);
	local_bh_enable();
}

#endif /* _E1000_NIC_TEST_H */
