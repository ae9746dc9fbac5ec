// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of Tx completion on an interface of this driver: what a poll
 * frees, what it does not, and whom it wakes.
 */

#include "e1000_nic_test.h"

/* Poll, and look for a hang or not */
static void poll_for(struct e1000_adapter *adapter, int budget, bool hang)
{
	adapter->detect_tx_hung = hang;
	poll_alone(adapter, budget);
}

static void poll_again(struct e1000_adapter *adapter, int budget)
{
	poll_for(adapter, budget, false);
}

/* The frame that was posted at a descriptor is done, as the device says */
static void write_back(struct e1000_tx_ring *tx_ring, u32 first)
{
	u32 eop = tx_ring->buffer_info[first].next_to_watch;

	E1000_TX_DESC(*tx_ring, eop)->upper.data =
		cpu_to_le32(E1000_TXD_STAT_DD);
}

/* Posting clears what an earlier frame has left in a descriptor, and notes the
 * time by which a hang is noticed. A frame is XDP's whatever its first
 * descriptor holds.
 */
static void e1000_a_posted_descriptor_is_not_done(struct kunit *test)
{
	static const struct {
		u32 len;
		u32 descs;
	} frames[] = { { ETH_ZLEN, 1 }, { 3000, 2 }, { 5000, 2 } };
	struct e1000_adapter *adapter;
	struct e1000_tx_ring *tx_ring;
	struct net_device *netdev;
	e1000_bus_type bus;
	u32 first, i, n;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	bus = adapter->hw.bus_type;
	/* By errata 10 the first descriptor of a frame holds 2015 bytes */
	adapter->hw.bus_type = e1000_bus_type_pcix;
	napi_disable(&adapter->napi);
	for (n = 0; n < ARRAY_SIZE(frames); n++) {
		first = tx_ring->next_to_use;
		for (i = 0; i < tx_ring->count; i++)
			E1000_TX_DESC(*tx_ring, i)->upper.data =
				cpu_to_le32(E1000_TXD_STAT_DD);
		KUNIT_EXPECT_EQ(test, 2,
				transmit_with_room(netdev, 8, frames[n].len));
		KUNIT_EXPECT_EQ(test, (first + 2 * frames[n].descs) %
				tx_ring->count, tx_ring->next_to_use);
		for (i = first; i != tx_ring->next_to_use;
		     i = (i + 1) % tx_ring->count)
			KUNIT_EXPECT_FALSE(test, E1000_TX_DESC(*tx_ring, i)
							->upper.data);
		i = tx_ring->buffer_info[first].next_to_watch;
		KUNIT_EXPECT_NE(test, 0, tx_ring->buffer_info[i].time_stamp);

		tx_ring->next_to_clean = first;
		tx_ring->xdp_unsent = false;
		write_back(tx_ring, first);
		write_back(tx_ring, (first + frames[n].descs) % tx_ring->count);
		/* netpoll puts aside what holds a frame, and no more */
		poll_again(adapter, 0);
		KUNIT_EXPECT_EQ(test, tx_ring->parked, 2);
		poll_again(adapter, 64);
		KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean,
				tx_ring->next_to_use);
		KUNIT_EXPECT_EQ(test, tx_ring->xdp_completed,
				tx_ring->xdp_posted);
		KUNIT_EXPECT_FALSE(test, E1000_TX_DESC(*tx_ring, i)
						->upper.data);
	}
	adapter->hw.bus_type = bus;
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* With descriptor bursting any of a frame's descriptors may be called done, at
 * different times. What lies behind the last posted frame is not looked at,
 * even if the context of the next one is there.
 */
static void e1000_only_a_whole_frame_is_done(struct kunit *test)
{
	static const u8 kinds[] = {
		E1000_TX_SKB, E1000_TX_XDP_BUF, E1000_TX_XDP_PART
	};
	struct e1000_tx_buffer buffers[4] = {};
	struct e1000_tx_ring *own, ring = {
		.count = 4, .buffer_info = buffers, .next_to_clean = 3,
		.next_to_use = 1, .frames_end = 1
	};
	struct e1000_adapter *adapter;
	struct e1000_tx_desc *descs;
	struct net_device *netdev;
	u32 n;

	descs = kunit_kcalloc(test, 4, sizeof(*descs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, descs);
	ring.desc = descs;
	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	netif_tx_disable(netdev);
	napi_disable(&adapter->napi);
	own = adapter->tx_ring;
	adapter->tx_ring = &ring;

	buffers[3].next_to_watch = 0;
	descs[3].upper.data = cpu_to_le32(E1000_TXD_STAT_DD);
	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		buffers[3].kind = kinds[n];
		poll_again(adapter, 64);
		KUNIT_EXPECT_EQ(test, ring.next_to_clean, 3);
		KUNIT_EXPECT_EQ(test, buffers[3].kind, kinds[n]);
	}

	ring.frames_end = 3;
	ring.next_to_use = 0;
	descs[0].upper.data = cpu_to_le32(E1000_TXD_STAT_DD);
	poll_again(adapter, 64);
	KUNIT_EXPECT_EQ(test, ring.next_to_clean, 3);

	adapter->tx_ring = own;
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* netpoll cannot free XDP frames: they wait for a poll with a budget. When
 * there is no place for more, they stay where they are.
 */
static void e1000_netpoll_puts_xdp_frames_aside(struct kunit *test)
{
	struct xdp_frame *frames[] = {
		make_frame(ETH_ZLEN), make_frame(ETH_ZLEN)
	};
	u32 first, second, behind;
	struct e1000_adapter *adapter;
	struct e1000_tx_ring *tx_ring;
	struct net_device *netdev;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	napi_disable(&adapter->napi);
	local_bh_disable();
	first = tx_ring->next_to_use;
	KUNIT_EXPECT_EQ(test, 2,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 2, frames, 0));
	netif_stop_queue(netdev);
	local_bh_enable();
	second = (first + 1) % tx_ring->count;
	behind = (first + 2) % tx_ring->count;
	tx_ring->next_to_clean = first;
	tx_ring->xdp_unsent = false;

	write_back(tx_ring, first);
	poll_again(adapter, 0);
	KUNIT_EXPECT_EQ(test, tx_ring->parked, 1);
	KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean, second);

	write_back(tx_ring, second);
	tx_ring->parked = tx_ring->count;
	poll_again(adapter, 0);
	KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean, second);
	/* What it leaves is no hang: the next poll with a budget looks */
	poll_for(adapter, 0, true);
	KUNIT_EXPECT_TRUE(test, adapter->detect_tx_hung);
	tx_ring->parked = 1;
	poll_again(adapter, 64);
	KUNIT_EXPECT_EQ(test, tx_ring->parked, 0);
	KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean, behind);
	KUNIT_EXPECT_EQ(test, tx_ring->xdp_completed, tx_ring->xdp_posted);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* The stack's queue is woken by what is completed, not by a poll alone: on the
 * 82547 it may wait for the FIFO
 */
static void e1000_a_poll_that_completes_nothing_wakes_nobody(struct kunit *test)
{
	struct e1000_tx_buffer *buffer;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	u32 i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	napi_disable(&adapter->napi);
	/* What is done already */
	poll_again(adapter, 64);
	netif_stop_queue(netdev);
	poll_again(adapter, 64);
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(netdev));
	netif_start_queue(netdev);

	/* Nor does what a frame of XDP's has left here a lap ago hang */
	i = adapter->tx_ring->next_to_use;
	buffer = &adapter->tx_ring->buffer_info[i];
	buffer->next_to_watch = i;
	buffer->time_stamp = jiffies - 60 * HZ;
	poll_for(adapter, 64, true);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));
	napi_enable(&adapter->napi);
	rtnl_unlock();
}

/* The device had no time yet for what waited for the doorbell; another register
 * stands for the tail, so that it never will
 */
static void e1000_what_has_just_gone_out_does_not_hang(struct kunit *test)
{
	struct xdp_frame *frame = make_frame(ETH_ZLEN);
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct e1000_hw *hw;
	u32 mta, i;
	u16 tdt;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	hw = &adapter->hw;
	napi_disable(&adapter->napi);
	mta = er32(MTA);
	tdt = tx_ring->tdt;
	tx_ring->tdt = E1000_MTA;
	i = tx_ring->next_to_use;
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, 1,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0));
	local_bh_enable();
	tx_ring->buffer_info[i].time_stamp = jiffies - 60 * HZ;
	poll_for(adapter, 64, true);
	KUNIT_EXPECT_EQ(test, er32(MTA), tx_ring->next_to_use);
	KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean, i);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));
	tx_ring->tdt = tdt;
	ew32(MTA, mta);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* A devmap may have ndo_xdp_xmit post frames, and never ask for their doorbell:
 * its program drops the frames of the last bulk. The next poll rings, and takes
 * frames that waited for that for no hang.
 */
static void e1000_the_next_poll_rings_for_what_waits(struct kunit *test)
{
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct xdp_frame *frame;
	struct e1000_hw *hw;
	int wait;
	u32 i;

	netdev = lock_interface(test);
	frame = make_frame(ETH_ZLEN);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	hw = &adapter->hw;

	local_bh_disable();
	i = tx_ring->next_to_use;
	KUNIT_EXPECT_EQ(test, 1,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0));
	KUNIT_EXPECT_EQ(test, er32(TDT), i);
	tx_ring->buffer_info[i].time_stamp = jiffies - 60 * HZ;
	adapter->detect_tx_hung = true;
	ew32(ICS, E1000_ICS_RXDMT0);
	local_bh_enable();

	for (wait = 0; wait < 100 && er32(TDT) == i; wait++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, er32(TDT), tx_ring->next_to_use);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(tx_ring->xdp_unsent));
	rtnl_unlock();
}

/* A short ring may have less than what the stack's next frame may need, as with
 * CONFIG_MAX_SKB_FRAGS=45. Its queue is woken when the ring is empty, and XDP
 * is not left without descriptors. The 82544 needs most.
 */
static void e1000_an_empty_ring_wakes_the_stack(struct kunit *test)
{
	struct xdp_frame *frame = make_frame(ETH_ZLEN);
	struct e1000_tx_ring *tx_ring;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct netdev_queue *txq;
	bool pcix_82544;
	u32 count;
	u16 tdt;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	txq = netdev_get_tx_queue(netdev, 0);
	napi_disable(&adapter->napi);
	/* What is done already */
	poll_again(adapter, 64);
	pcix_82544 = adapter->pcix_82544;
	count = tx_ring->count;
	tdt = tx_ring->tdt;
	__netif_tx_lock_bh(txq);
	tx_ring->count = E1000_TX_WAKE_THRESHOLD + 1;
	tx_ring->next_to_use = 0;
	tx_ring->next_to_clean = 0;
	/* The device must not see this ring */
	tx_ring->tdt = E1000_MTA;
	adapter->pcix_82544 = true;
	send_short(test, netdev, false);
	__netif_tx_unlock_bh(txq);
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(netdev));
	write_back(tx_ring, 0);
	/* Nothing comes later that would wake it when the carrier is back */
	netif_carrier_off(netdev);
	poll_again(adapter, 64);
	netif_carrier_on(netdev);
	KUNIT_EXPECT_EQ(test, tx_ring->next_to_clean, tx_ring->next_to_use);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, 1,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0));
	local_bh_enable();

	adapter->pcix_82544 = pcix_82544;
	tx_ring->tdt = tdt;
	tx_ring->count = count;
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* What a ring held when the interface went down is forgotten */
static void e1000_an_emptied_ring_holds_no_frame(struct kunit *test)
{
	struct xdp_frame *frame = make_frame(ETH_ZLEN);
	struct e1000_tx_ring *tx_ring;
	struct net_device *netdev;

	netdev = lock_interface(test);
	tx_ring = ((struct e1000_adapter *)netdev_priv(netdev))->tx_ring;
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, 1,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0));
	KUNIT_EXPECT_EQ(test, tx_ring->frames_end, tx_ring->next_to_use);
	local_bh_enable();
	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, tx_ring->frames_end, tx_ring->next_to_use);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(tx_ring->xdp_unsent));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

static struct kunit_case e1000_tx_clean_test_cases[] = {
	KUNIT_CASE(e1000_a_posted_descriptor_is_not_done),
	KUNIT_CASE(e1000_only_a_whole_frame_is_done),
	KUNIT_CASE(e1000_netpoll_puts_xdp_frames_aside),
	KUNIT_CASE(e1000_a_poll_that_completes_nothing_wakes_nobody),
	KUNIT_CASE(e1000_what_has_just_gone_out_does_not_hang),
	KUNIT_CASE(e1000_the_next_poll_rings_for_what_waits),
	KUNIT_CASE(e1000_an_empty_ring_wakes_the_stack),
	KUNIT_CASE(e1000_an_emptied_ring_holds_no_frame),
	{}
};

static struct kunit_suite e1000_tx_clean_test_suite = {
	.name		= "e1000_tx_clean",
	.test_cases	= e1000_tx_clean_test_cases,
};

kunit_test_suite(e1000_tx_clean_test_suite);

MODULE_DESCRIPTION("KUnit tests of Tx completion on an e1000");
MODULE_LICENSE("GPL");
