// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of XDP on an interface of this driver: what is posted and when it
 * is not, resets, and devices that no emulator models.
 */

#include <linux/workqueue.h>

#include "e1000_nic_test.h"

/* Somebody else's reset, which is over after a while */
struct other_reset {
	struct delayed_work work;
	struct e1000_adapter *adapter;
	bool is_over;
};

static void end_reset(struct work_struct *work)
{
	struct other_reset *reset = container_of(to_delayed_work(work),
						 struct other_reset, work);

	WRITE_ONCE(reset->is_over, true);
	e1000_unlock_reset(reset->adapter);
}

/* Is 'change' done only when somebody else's reset is over? */
static void expect_wait(struct kunit *test, struct e1000_adapter *adapter,
			void (*change)(struct e1000_adapter *adapter))
{
	struct other_reset *reset;

	reset = kunit_kzalloc(test, sizeof(*reset), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reset);
	reset->adapter = adapter;
	INIT_DELAYED_WORK(&reset->work, end_reset);
	e1000_lock_reset(adapter);
	schedule_delayed_work(&reset->work, HZ / 10);
	change(adapter);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(reset->is_over));
	flush_delayed_work(&reset->work);
}

static void e1000_waits_for_another_reset(struct kunit *test)
{
	struct e1000_adapter *adapter;

	adapter = kunit_kzalloc(test, sizeof(*adapter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, adapter);
	expect_wait(test, adapter, e1000_lock_reset);
}

/* A reset by a worker does not ask for RTNL */
static void e1000_changes_wait_for_a_reset(struct kunit *test)
{
	struct net_device *netdev;
	int i;

	netdev = lock_interface(test);
	/* The second time is back to what it was */
	for (i = 0; i < 2; i++) {
		expect_wait(test, netdev_priv(netdev), change_mtu);
		expect_wait(test, netdev_priv(netdev), change_features);
	}
	rtnl_unlock();
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

/* Is the frame that was posted last on its way, and the FIFO soon looked at? */
static void expect_stall(struct kunit *test, struct e1000_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	KUNIT_EXPECT_EQ(test, er32(TDT), adapter->tx_ring->next_to_use);
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, SZ_8K - 512 + 80);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&adapter->fifo_stall_task));
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
	KUNIT_EXPECT_EQ(test, 1, ops->ndo_xdp_xmit(netdev, 2, frames, 0));
	expect_stall(test, adapter);

	take_for_82547(adapter);
	KUNIT_EXPECT_EQ(test, 1, ops->ndo_xdp_xmit(netdev, 1, &alone, 0));
	KUNIT_EXPECT_NE(test, er32(TDT), adapter->tx_ring->next_to_use);
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
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&adapter->fifo_stall_task));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();

	xdp_return_frame(frames[1]);
	kfree_skb(skb);
}

static void e1000_82542_receives_no_jumbo_frames(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;
	unsigned int mtu;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	mac_type = adapter->hw.mac_type;
	mtu = netdev->mtu;
	adapter->hw.mac_type = e1000_82542_rev2_1;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			netdev->netdev_ops->ndo_change_mtu(netdev,
							   ETH_DATA_LEN + 1));
	adapter->hw.mac_type = mac_type;
	KUNIT_EXPECT_EQ(test, netdev->mtu, mtu);
	rtnl_unlock();
}

/* Set the MTU to that of the largest frame, FCS included */
static int set_frame(struct net_device *netdev, unsigned int frame)
{
	return netdev->netdev_ops->ndo_change_mtu(netdev,
						  frame - ETH_HLEN - ETH_FCS_LEN);
}

/* Its FIFO is divided for frames of up to 8 KiB or for longer ones */
static void e1000_82547_is_reset_for_another_fifo(struct kunit *test)
{
	static const struct {
		unsigned int frame;
		bool reset;
	} steps[] = {
		{ E1000_RXBUFFER_8192, false },
		{ E1000_RXBUFFER_8192 + 1, true },
		{ E1000_RXBUFFER_8192 + 2, false },
		{ E1000_RXBUFFER_8192, true },
	};
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;
	unsigned int mtu, i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	mac_type = adapter->hw.mac_type;
	mtu = netdev->mtu;
	adapter->hw.mac_type = e1000_82547;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		adapter->tx_fifo_head = 1;
		KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, steps[i].frame));
		KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, !steps[i].reset);
		KUNIT_EXPECT_FALSE(test, test_bit(__E1000_DOWN, &adapter->flags));
	}

	/* An interface that is down is not taken down again, and stays down */
	dev_close(netdev);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		struct e1000_hw *hw = &adapter->hw;

		KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, steps[i].frame));
		KUNIT_EXPECT_TRUE(test, test_bit(__E1000_DOWN, &adapter->flags));
		KUNIT_EXPECT_FALSE(test, er32(RCTL) & E1000_RCTL_EN);
	}
	adapter->hw.mac_type = mac_type;
	KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, mtu + ETH_HLEN + ETH_FCS_LEN));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* Other devices go on receiving */
static void e1000_is_not_reset_for_a_long_mtu(struct kunit *test)
{
	struct net_device *netdev;
	unsigned int mtu;

	netdev = lock_interface(test);
	mtu = netdev->mtu;
	KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, E1000_RXBUFFER_8192 + 1));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(netdev));
	KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, mtu + ETH_HLEN + ETH_FCS_LEN));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(netdev));
	rtnl_unlock();
}

/* The core knows what the driver does not, and no user can ask for it */
static void e1000_refuses_what_it_cannot_do(struct kunit *test)
{
	struct netdev_bpf bpf = { .command = XDP_SETUP_XSK_POOL };
	const struct net_device_ops *ops;
	struct net_device *netdev;
	struct xdp_frame *frame;
	int room;

	netdev = lock_interface(test);
	ops = netdev->netdev_ops;
	KUNIT_EXPECT_EQ(test, -EINVAL, ops->ndo_bpf(netdev, &bpf));

	/* A header can be sent if there is room to pad it */
	for (room = ETH_ZLEN - ETH_HLEN; room >= 0; room -= ETH_ZLEN - ETH_HLEN) {
		frame = make_frame_with(ETH_HLEN, room);
		local_bh_disable();
		KUNIT_EXPECT_EQ(test, !!room,
				ops->ndo_xdp_xmit(netdev, 1, &frame,
						  XDP_XMIT_FLUSH));
		local_bh_enable();
		if (!room)
			xdp_return_frame(frame);
	}

	local_bh_disable();
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ops->ndo_xdp_xmit(netdev, 0, NULL, XDP_XMIT_FLAGS_MASK + 1));
	local_bh_enable();
	rtnl_unlock();
}

/* A stopped queue whose trans_start is old is a Tx timeout to the stack */
static void e1000_xdp_is_progress_of_the_queue(struct kunit *test)
{
	const unsigned long long_ago = jiffies - 60 * HZ;
	struct net_device *netdev;
	struct netdev_queue *txq;

	netdev = lock_interface(test);
	txq = netdev_get_tx_queue(netdev, 0);
	local_bh_disable();
	WRITE_ONCE(txq->trans_start, long_ago);
	KUNIT_EXPECT_EQ(test, 0,
			netdev->netdev_ops->ndo_xdp_xmit(netdev, 0, NULL,
							 XDP_XMIT_FLUSH));
	KUNIT_EXPECT_NE(test, long_ago, READ_ONCE(txq->trans_start));
	local_bh_enable();
	rtnl_unlock();
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
	struct netdev_queue *txq;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	txq = netdev_get_tx_queue(netdev, 0);
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

	netif_tx_stop_queue(txq);
	expect_xmit(test, netdev, -ENETDOWN);
	netif_tx_start_queue(txq);

	expect_xmit(test, netdev, 0);
	local_bh_enable();
	schedule_delayed_work(&adapter->watchdog_task, HZ);
	rtnl_unlock();
}

/* Take frames while a Tx ring has so many descriptors for XDP.
 * Return: how many of two frames it took.
 */
static int transmit_with_room(struct net_device *netdev, u32 room, u32 len)
{
	struct xdp_frame *frames[] = { make_frame(len), make_frame(len) };
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	u32 unused = E1000_XDP_TX_RESERVE + 2 + room;
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

/* Posting clears what an earlier frame has left in a descriptor, and notes the
 * time by which a hang is noticed
 */
static void e1000_a_posted_descriptor_is_not_done(struct kunit *test)
{
	static const u32 lens[] = { ETH_ZLEN, 3000 };
	struct e1000_adapter *adapter;
	struct e1000_tx_ring *tx_ring;
	struct net_device *netdev;
	e1000_bus_type bus;
	u32 first, i, n;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	tx_ring = adapter->tx_ring;
	bus = adapter->hw.bus_type;
	/* Errata 10 makes two descriptors of the longer one */
	adapter->hw.bus_type = e1000_bus_type_pcix;
	napi_disable(&adapter->napi);
	for (n = 0; n < ARRAY_SIZE(lens); n++) {
		first = tx_ring->next_to_use;
		for (i = 0; i < tx_ring->count; i++)
			E1000_TX_DESC(*tx_ring, i)->upper.data =
				cpu_to_le32(E1000_TXD_STAT_DD);
		KUNIT_EXPECT_EQ(test, 2, transmit_with_room(netdev, 8, lens[n]));
		for (i = first; i != tx_ring->next_to_use;
		     i = (i + 1) % tx_ring->count)
			KUNIT_EXPECT_FALSE(test, E1000_TX_DESC(*tx_ring, i)->upper.data);
		i = tx_ring->buffer_info[first].next_to_watch;
		KUNIT_EXPECT_NE(test, 0, tx_ring->buffer_info[i].time_stamp);
	}
	adapter->hw.bus_type = bus;
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

static void e1000_82542_is_reset_for_features(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	as_device(adapter, e1000_82542_rev2_1, change_features);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(netdev));
	change_features(adapter);
	unlock_anew(test, netdev);
}

/* A completion that has begun before the interface goes down may wake the queue
 * while it does. The watchdog's place serves: going down waits for it.
 */
static bool has_woken;

static void wake_queue_late(struct work_struct *work)
{
	struct e1000_adapter *adapter;

	adapter = container_of(to_delayed_work(work), struct e1000_adapter,
			       watchdog_task);
	WRITE_ONCE(has_woken, true);
	while (netif_carrier_ok(adapter->netdev))
		usleep_range(1000, 2000);
	netif_wake_queue(adapter->netdev);
}

static void e1000_a_queue_that_is_down_is_stopped(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct delayed_work *watchdog;
	struct net_device *netdev;
	work_func_t func;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	watchdog = &adapter->watchdog_task;
	cancel_delayed_work_sync(watchdog);
	func = watchdog->work.func;
	watchdog->work.func = wake_queue_late;
	has_woken = false;
	schedule_delayed_work(watchdog, 0);
	while (!READ_ONCE(has_woken))
		usleep_range(1000, 2000);
	dev_close(netdev);
	watchdog->work.func = func;
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(netdev));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

static struct kunit_case e1000_nic_test_cases[] = {
	KUNIT_CASE(e1000_the_next_poll_rings_for_what_waits),
	KUNIT_CASE(e1000_82542_receives_no_jumbo_frames),
	KUNIT_CASE(e1000_waits_for_another_reset),
	KUNIT_CASE(e1000_changes_wait_for_a_reset),
	KUNIT_CASE(e1000_refuses_what_it_cannot_do),
	KUNIT_CASE(e1000_xdp_is_progress_of_the_queue),
	KUNIT_CASE(e1000_82547_is_reset_for_another_fifo),
	KUNIT_CASE(e1000_is_not_reset_for_a_long_mtu),
	KUNIT_CASE(e1000_82547_stalls_after_what_was_posted),
	KUNIT_CASE(e1000_xdp_sends_nothing_while_it_goes_down),
	KUNIT_CASE(e1000_xdp_takes_the_room_that_there_is),
	KUNIT_CASE(e1000_a_posted_descriptor_is_not_done),
	KUNIT_CASE(e1000_82542_is_reset_for_features),
	KUNIT_CASE(e1000_a_queue_that_is_down_is_stopped),
	{}
};

static struct kunit_suite e1000_nic_test_suite = {
	.name		= "e1000_nic",
	.test_cases	= e1000_nic_test_cases,
};

kunit_test_suite(e1000_nic_test_suite);

MODULE_DESCRIPTION("KUnit tests of XDP on an e1000");
MODULE_LICENSE("GPL");
