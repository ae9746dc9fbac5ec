// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of transmission on an interface of this driver: what is posted,
 * and when it is not.
 */

#include <linux/ip.h>

#include "e1000_nic_test.h"

/* Another device's FIFO, with room for a short frame, but not for a long one */
static void take_for_82547(struct e1000_adapter *adapter)
{
	cancel_delayed_work(&adapter->fifo_stall_task);
	adapter->hw.mac_type = e1000_82547;
	adapter->link_duplex = HALF_DUPLEX;
	adapter->tx_fifo_size = SZ_8K;
	adapter->tx_fifo_head = SZ_8K - 512;
	atomic_set(&adapter->tx_fifo_stall, 0);
}

/* So that no tick comes before expect_stall() looks at the delay */
static void await_tick(void)
{
	unsigned long now = jiffies;

	while (!time_after(jiffies, now))
		cpu_relax();
}

/* Is the frame that was posted last on its way, and the FIFO soon looked at? */
static void expect_stall(struct kunit *test, struct e1000_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	KUNIT_EXPECT_EQ(test, er32(TDT), adapter->tx_ring->next_to_use);
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, SZ_8K - 512 + 80);
	KUNIT_EXPECT_TRUE(test,
			  delayed_work_pending(&adapter->fifo_stall_task));
	KUNIT_EXPECT_TRUE(test,
			  time_before_eq(adapter->fifo_stall_task.timer.expires,
					 jiffies + 1));
}

static void e1000_82547_stalls_after_what_was_posted(struct kunit *test)
{
	struct xdp_frame *frames[2], *alone;
	const struct net_device_ops *ops;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct netdev_queue *txq;
	e1000_mac_type mac_type;
	struct e1000_hw *hw;
	struct sk_buff *skb;

	netdev = lock_interface(test);
	frames[0] = make_frame(ETH_ZLEN);
	frames[1] = make_frame(ETH_FRAME_LEN);
	alone = make_frame(ETH_ZLEN);
	skb = alloc_skb(ETH_FRAME_LEN, GFP_KERNEL | __GFP_NOFAIL);
	skb_put_zero(skb, ETH_FRAME_LEN);
	adapter = netdev_priv(netdev);
	hw = &adapter->hw;
	mac_type = hw->mac_type;
	ops = netdev->netdev_ops;
	txq = netdev_get_tx_queue(netdev, 0);

	local_bh_disable();
	take_for_82547(adapter);
	await_tick();
	KUNIT_EXPECT_EQ(test, 1, ops->ndo_xdp_xmit(netdev, 2, frames, 0));
	expect_stall(test, adapter);

	take_for_82547(adapter);
	KUNIT_EXPECT_EQ(test, 1, ops->ndo_xdp_xmit(netdev, 1, &alone, 0));
	KUNIT_EXPECT_NE(test, er32(TDT), adapter->tx_ring->next_to_use);
	await_tick();
	__netif_tx_lock(txq, smp_processor_id());
	KUNIT_EXPECT_EQ(test, NETDEV_TX_BUSY, ops->ndo_start_xmit(skb, netdev));
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	__netif_tx_unlock(txq);
	expect_stall(test, adapter);

	/* As it was; nothing waits for the FIFO any more once it is down */
	hw->mac_type = mac_type;
	local_bh_enable();
	cancel_delayed_work(&adapter->fifo_stall_task);
	schedule_delayed_work(&adapter->fifo_stall_task, 60 * HZ);
	dev_close(netdev);
	KUNIT_EXPECT_FALSE(test,
			   delayed_work_pending(&adapter->fifo_stall_task));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();

	xdp_return_frame(frames[1]);
	kfree_skb(skb);
}

static void expect_xmit(struct kunit *test, struct net_device *netdev,
			int result)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	KUNIT_EXPECT_EQ(test, result,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 0, NULL, 0));
	KUNIT_EXPECT_FALSE(test, adapter->tx_ring->xdp_unsent);
}

/* Each of these conditions is enough to send nothing */
static void e1000_xdp_sends_nothing_while_it_goes_down(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	cancel_delayed_work_sync(&adapter->watchdog_task);
	local_bh_disable();

	set_bit(__E1000_DOWN, &adapter->flags);
	expect_xmit(test, netdev, -ENETDOWN);
	clear_bit(__E1000_DOWN, &adapter->flags);

	set_bit(__LINK_STATE_NOCARRIER, &netdev->state);
	expect_xmit(test, netdev, -ENETDOWN);
	clear_bit(__LINK_STATE_NOCARRIER, &netdev->state);

	clear_bit(__LINK_STATE_PRESENT, &netdev->state);
	expect_xmit(test, netdev, -ENETDOWN);
	set_bit(__LINK_STATE_PRESENT, &netdev->state);

	expect_xmit(test, netdev, 0);
	local_bh_enable();
	schedule_delayed_work(&adapter->watchdog_task, HZ);
	rtnl_unlock();
}

/* A frame takes the descriptors that it may need, and no others */
static void e1000_xdp_takes_the_room_that_there_is(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_bus_type bus;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	bus = adapter->hw.bus_type;
	napi_disable(&adapter->napi);
	KUNIT_EXPECT_EQ(test, 0, transmit_with_room(netdev, 0, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 1, transmit_with_room(netdev, 1, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 2, transmit_with_room(netdev, 2, ETH_ZLEN));
	/* The next one after a TSO frame may take one more */
	adapter->tx_ring->last_tx_tso = true;
	KUNIT_EXPECT_EQ(test, 0, transmit_with_room(netdev, 1, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 1, transmit_with_room(netdev, 2, ETH_ZLEN));
	/* Any frame on PCI-X may, by errata 10 */
	adapter->tx_ring->last_tx_tso = false;
	adapter->hw.bus_type = e1000_bus_type_pcix;
	KUNIT_EXPECT_EQ(test, 0, transmit_with_room(netdev, 1, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 1, transmit_with_room(netdev, 2, ETH_ZLEN));
	adapter->hw.bus_type = bus;
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* XDP leaves alone what the stack waits for, and gets nothing while it waits */
static void e1000_xdp_leaves_the_stack_what_it_needs(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct netdev_queue *txq;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	txq = netdev_get_tx_queue(netdev, 0);
	napi_disable(&adapter->napi);
	tx_ring->stack_needs = 60;
	KUNIT_EXPECT_EQ(test, 60, e1000_stack_needs(tx_ring));
	KUNIT_EXPECT_EQ(test, 1, transmit_with_room(netdev, 1, ETH_ZLEN));
	netif_tx_stop_queue(txq);
	KUNIT_EXPECT_EQ(test, 0, transmit_with_room(netdev, 8, ETH_ZLEN));
	netif_tx_start_queue(txq);
	tx_ring->stack_needs = 1;
	KUNIT_EXPECT_EQ(test, E1000_TX_WAKE_THRESHOLD,
			e1000_stack_needs(tx_ring));
	KUNIT_EXPECT_EQ(test, 2, transmit_with_room(netdev, 2, ETH_ZLEN));
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

static void e1000_xdp_holds_half_of_the_ring(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	napi_disable(&adapter->napi);
	/* Both count without end */
	tx_ring->xdp_completed = U32_MAX - 2;
	tx_ring->xdp_posted = tx_ring->xdp_completed + tx_ring->count / 2 - 1;
	KUNIT_EXPECT_EQ(test, 1, transmit_with_room(netdev, 8, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 0, transmit_with_room(netdev, 8, ETH_ZLEN));
	tx_ring->xdp_completed += 2;
	KUNIT_EXPECT_EQ(test, 2, transmit_with_room(netdev, 8, ETH_ZLEN));
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* Every frame asks for an FCS, the one in the ring's last descriptor too */
static void e1000_each_frame_goes_out_with_an_fcs(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	u32 i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	napi_disable(&adapter->napi);
	memset(tx_ring->desc, 0, tx_ring->size);
	tx_ring->next_to_use = tx_ring->count - 2;
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, 2,
				transmit_with_room(netdev, 8, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, 2, tx_ring->next_to_use);
	for (i = tx_ring->count - 2; i != 2; i = (i + 1) % tx_ring->count)
		KUNIT_EXPECT_TRUE(test, E1000_TX_DESC(*tx_ring, i)->lower.data &
				  cpu_to_le32(E1000_TXD_CMD_IFCS));
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* A frame in three pages, as another driver redirects it */
static struct xdp_frame *make_frame_of(struct page *pages[3])
{
	struct xdp_rxq_info rxq = { .mem.type = MEM_TYPE_PAGE_ORDER0 };
	struct skb_shared_info *sinfo;
	struct xdp_buff xdp;
	int i;

	xdp_init_buff(&xdp, PAGE_SIZE, &rxq);
	xdp_prepare_buff(&xdp, page_address(pages[0]), XDP_PACKET_HEADROOM,
			 ETH_ZLEN, false);
	sinfo = xdp_get_shared_info_from_buff(&xdp);
	sinfo->nr_frags = 2;
	sinfo->xdp_frags_size = 2 * ETH_ZLEN;
	for (i = 0; i < 2; i++)
		skb_frag_fill_page_desc(&sinfo->frags[i], pages[i + 1], 0,
					ETH_ZLEN);
	xdp_buff_set_frags_flag(&xdp);
	return xdp_convert_buff_to_frame(&xdp);
}

/* Hand a frame over that the device reaches only up to so high an address */
static void expect_sent(struct kunit *test, struct net_device *netdev,
			struct xdp_frame *frame, u64 limit, int sent)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	u32 i = adapter->tx_ring->next_to_use;

	adapter->pdev->dev.bus_dma_limit = limit;
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, sent,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame,
							 XDP_XMIT_FLUSH));
	local_bh_enable();
	adapter->pdev->dev.bus_dma_limit = 0;
	if (!sent)
		KUNIT_EXPECT_EQ(test, i, adapter->tx_ring->next_to_use);
}

/* A part that cannot be mapped leaves none mapped, and the frame the caller's.
 * dma-debug lists what stays mapped.
 */
static void e1000_xdp_takes_no_frame_that_cannot_be_mapped(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct xdp_frame *frame;
	e1000_mac_type mac_type;
	struct page *pages[3];
	int i, highest = 0;
	u32 head;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	/* It allocates buffers */
	napi_disable(&adapter->napi);

	frame = make_frame(ETH_ZLEN);
	expect_sent(test, netdev, frame, 1, 0);
	/* It then has no place in the 82547's FIFO either */
	mac_type = adapter->hw.mac_type;
	take_for_82547(adapter);
	head = adapter->tx_fifo_head;
	expect_sent(test, netdev, frame, 1, 0);
	KUNIT_EXPECT_EQ(test, head, adapter->tx_fifo_head);
	adapter->hw.mac_type = mac_type;
	expect_sent(test, netdev, frame, 0, 1);

	for (i = 0; i < 3; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
		if (page_to_phys(pages[i]) > page_to_phys(pages[highest]))
			highest = i;
	}
	/* The others come before it in their turn */
	for (i = 0; i < 3; i++) {
		swap(pages[i], pages[highest]);
		highest = i;
		frame = make_frame_of(pages);
		expect_sent(test, netdev, frame, page_to_phys(pages[i]), 0);
	}
	expect_sent(test, netdev, frame, 0, 1);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

static void set_tx_ring(struct kunit *test, struct net_device *netdev,
			struct ethtool_ringparam *ring, u32 count)
{
	ring->tx_pending = count;
	KUNIT_EXPECT_EQ(test, 0,
			netdev->ethtool_ops->set_ringparam(netdev, ring, NULL,
							   NULL));
}

/* A frame of many short segments, which the stack makes of what a VM sends */
static void expect_dropped(struct kunit *test, struct net_device *netdev,
			   u32 len)
{
	unsigned long dropped = netdev->stats.tx_dropped;
	struct sk_buff *skb;

	skb = alloc_skb(len, GFP_KERNEL | __GFP_NOFAIL);
	skb_put_zero(skb, len);
	skb_set_transport_header(skb, ETH_HLEN + sizeof(struct iphdr));
	skb_shinfo(skb)->gso_size = 64;
	netif_tx_lock_bh(netdev);
	KUNIT_EXPECT_EQ(test, NETDEV_TX_OK,
			netdev->netdev_ops->ndo_start_xmit(skb, netdev));
	netif_tx_unlock_bh(netdev);
	KUNIT_EXPECT_EQ(test, dropped + 1, netdev->stats.tx_dropped);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));
}

/* A frame with frags after a TSO frame is not split: the next linear one is */
static void e1000_no_frame_with_frags_is_split(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct page *pages[3];
	u32 first;
	int i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	napi_disable(&adapter->napi);
	for (i = 0; i < 3; i++)
		pages[i] = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	tx_ring->last_tx_tso = true;
	first = tx_ring->next_to_use;
	expect_sent(test, netdev, make_frame_of(pages), 0, 1);
	KUNIT_EXPECT_EQ(test, (first + 3) % tx_ring->count,
			tx_ring->next_to_use);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, tx_ring->buffer_info[(first + i) %
				tx_ring->count].kind, i < 2 ?
				E1000_TX_XDP_PART : E1000_TX_XDP_FRAME);
	KUNIT_EXPECT_TRUE(test, tx_ring->last_tx_tso);
	expect_sent(test, netdev, make_frame(ETH_ZLEN), 0, 1);
	KUNIT_EXPECT_EQ(test, (first + 5) % tx_ring->count,
			tx_ring->next_to_use);
	KUNIT_EXPECT_FALSE(test, tx_ring->last_tx_tso);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* Another register stands for the tail, which has the same value anyway */
static void e1000_a_flush_of_nothing_rings_no_doorbell(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct e1000_hw *hw;
	u32 mta;
	u16 tdt;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	hw = &adapter->hw;
	napi_disable(&adapter->napi);
	mta = er32(MTA);
	ew32(MTA, tx_ring->next_to_use + 1);
	tdt = tx_ring->tdt;
	tx_ring->tdt = E1000_MTA;
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, 0,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 0, NULL,
							 XDP_XMIT_FLUSH));
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, er32(MTA), tx_ring->next_to_use + 1);
	tx_ring->tdt = tdt;
	ew32(MTA, mta);
	napi_enable(&adapter->napi);
	rtnl_unlock();
}

/* The doorbell is rung when the queue stops, however many frames are to come */
static void e1000_a_stopped_queue_waits_for_no_doorbell(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct netdev_queue *txq;
	struct e1000_hw *hw;
	u32 sent;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	hw = &adapter->hw;
	txq = netdev_get_tx_queue(netdev, 0);
	napi_disable(&adapter->napi);
	__netif_tx_lock_bh(txq);
	for (sent = 0; sent < adapter->tx_ring->count &&
	     !netif_tx_queue_stopped(txq); sent++)
		send_short(test, netdev, true);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, er32(TDT), adapter->tx_ring->next_to_use);
	__netif_tx_unlock_bh(txq);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* A short ring lowers the stack's limit, and a longer one takes that back */
static void e1000_tso_fits_the_ring(struct kunit *test)
{
	struct ethtool_ringparam ring = {};
	struct net_device *netdev;
	u32 count, segs;

	netdev = lock_interface(test);
	netdev->ethtool_ops->get_ringparam(netdev, &ring, NULL, NULL);
	count = ring.tx_pending;
	segs = netdev->gso_max_segs;
	KUNIT_EXPECT_EQ(test, segs, count - 2 * (XDP_RING_MAX_PARTS + 6));
	set_tx_ring(test, netdev, &ring, E1000_MIN_TXD);
	KUNIT_EXPECT_LT(test, netdev->gso_max_segs, E1000_MIN_TXD);
	expect_dropped(test, netdev, SZ_16K);
	/* One for each 256 bytes, one for the context, one for an erratum, and
	 * two that stay free: as many as the ring has
	 */
	expect_dropped(test, netdev, (E1000_MIN_TXD - 4) * 256);
	set_tx_ring(test, netdev, &ring, count);
	KUNIT_EXPECT_EQ(test, netdev->gso_max_segs, segs);
	rtnl_unlock();
}

static struct kunit_case e1000_tx_test_cases[] = {
	KUNIT_CASE(e1000_82547_stalls_after_what_was_posted),
	KUNIT_CASE(e1000_xdp_sends_nothing_while_it_goes_down),
	KUNIT_CASE(e1000_xdp_takes_the_room_that_there_is),
	KUNIT_CASE(e1000_xdp_leaves_the_stack_what_it_needs),
	KUNIT_CASE(e1000_xdp_holds_half_of_the_ring),
	KUNIT_CASE(e1000_each_frame_goes_out_with_an_fcs),
	KUNIT_CASE(e1000_xdp_takes_no_frame_that_cannot_be_mapped),
	KUNIT_CASE(e1000_no_frame_with_frags_is_split),
	KUNIT_CASE(e1000_a_flush_of_nothing_rings_no_doorbell),
	KUNIT_CASE(e1000_a_stopped_queue_waits_for_no_doorbell),
	KUNIT_CASE(e1000_tso_fits_the_ring),
	{}
};

static struct kunit_suite e1000_tx_test_suite = {
	.name		= "e1000_tx",
	.test_cases	= e1000_tx_test_cases,
};

kunit_test_suite(e1000_tx_test_suite);

MODULE_DESCRIPTION("KUnit tests of transmission on an e1000");
MODULE_LICENSE("GPL");
