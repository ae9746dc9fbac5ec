// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what XDP frames owe to devices as they are. Emulators model
 * none of it.
 */

#include <kunit/test.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "e1000_xdp.h"

static struct e1000_adapter *make_adapter(struct kunit *test,
					  e1000_bus_type bus, bool pcix_82544)
{
	struct e1000_adapter *adapter;

	adapter = kunit_kzalloc(test, sizeof(*adapter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, adapter);
	adapter->hw.bus_type = bus;
	adapter->pcix_82544 = pcix_82544;
	return adapter;
}

/* Split a buffer as the driver does; the chunks make it up, and there are no
 * more of them than were asked room for. 'check' looks at each.
 */
static void split(struct kunit *test, const struct e1000_adapter *adapter,
		  dma_addr_t dma, u32 len,
		  void (*check)(struct kunit *test, dma_addr_t dma, u32 size,
				bool first))
{
	u32 bound = e1000_tx_descs(adapter, len);
	bool first = true;
	u32 chunks = 0;

	while (len) {
		u32 size = e1000_tx_chunk(adapter, dma, len, first);

		KUNIT_ASSERT_GT(test, size, 0);
		KUNIT_ASSERT_LE(test, size, len);
		KUNIT_ASSERT_LE(test, size, SZ_4K);
		if (check)
			check(test, dma, size, first);
		dma += size;
		len -= size;
		first = false;
		chunks++;
	}
	KUNIT_ASSERT_LE(test, chunks, bound);
}

static void e1000_chunks_of_plain_pci(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pci,
						     false);

	KUNIT_EXPECT_EQ(test, 1514, e1000_tx_chunk(adapter, 0x1002, 1514, true));
	KUNIT_EXPECT_EQ(test, 4096, e1000_tx_chunk(adapter, 0x1000, 9014, true));
	KUNIT_EXPECT_EQ(test, 1, e1000_tx_descs(adapter, 4096));
	KUNIT_EXPECT_EQ(test, 2, e1000_tx_descs(adapter, 4097));
}

/* Room that is asked for and not used is missing for other frames */
static void e1000_asks_for_no_more_room_than_it_may_need(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pcix,
						     false);

	KUNIT_EXPECT_EQ(test, 2, e1000_tx_descs(adapter, 4096));
	adapter->pcix_82544 = true;
	KUNIT_EXPECT_EQ(test, 4, e1000_tx_descs(adapter, 4096));
}

static void check_errata_10(struct kunit *test, dma_addr_t dma, u32 size,
			    bool first)
{
	if (first)
		KUNIT_ASSERT_LE(test, size, 2015);
}

static void e1000_errata_10_on_pcix(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pcix,
						     false);
	u32 len;

	KUNIT_EXPECT_EQ(test, 2015, e1000_tx_chunk(adapter, 0, 2015, true));
	KUNIT_EXPECT_EQ(test, 2015, e1000_tx_chunk(adapter, 0, 2016, true));
	KUNIT_EXPECT_EQ(test, 2016, e1000_tx_chunk(adapter, 0, 2016, false));
	for (len = 1; len <= 3 * SZ_4K; len++)
		split(test, adapter, 0x1100, len, check_errata_10);
}

static void check_82544(struct kunit *test, dma_addr_t dma, u32 size,
			bool first)
{
	if (size > 4)
		KUNIT_ASSERT_NE(test, 0, (dma + size - 1) & 4);
	check_errata_10(test, dma, size, first);
}

static void e1000_82544_on_pcix_ends_in_odd_dwords(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pcix,
						     true);
	u32 len, offset;

	for (offset = 0; offset < 8; offset++)
		for (len = 1; len <= SZ_4K + 64; len++)
			split(test, adapter, 0x1000 + offset, len, check_82544);
}

static void e1000_82547_fifo_holds_what_the_mtu_allows(struct kunit *test)
{
	static const e1000_mac_type macs[] = { e1000_82547, e1000_82547_rev_2 };
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pci,
						     false);
	struct e1000_hw *hw = &adapter->hw;
	int i;

	hw->max_frame_size = ETH_FRAME_LEN + ETH_FCS_LEN;
	hw->mac_type = e1000_82541_rev_2;
	KUNIT_EXPECT_EQ(test, e1000_xdp_max_len(adapter),
			MAX_JUMBO_FRAME_SIZE - ETH_FCS_LEN);

	for (i = 0; i < ARRAY_SIZE(macs); i++) {
		hw->mac_type = macs[i];
		hw->max_frame_size = ETH_FRAME_LEN + ETH_FCS_LEN;
		KUNIT_EXPECT_EQ(test, e1000_xdp_max_len(adapter),
				ETH_FRAME_LEN + VLAN_HLEN);
		hw->max_frame_size = MAX_JUMBO_FRAME_SIZE;
		KUNIT_EXPECT_EQ(test, e1000_xdp_max_len(adapter),
				MAX_JUMBO_FRAME_SIZE - ETH_FCS_LEN);
	}
}

static void e1000_82547_fifo_counts_in_full_duplex(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pci,
						     false);

	adapter->link_duplex = FULL_DUPLEX;
	adapter->tx_fifo_size = SZ_8K;
	adapter->tx_fifo_head = SZ_8K - 64;
	KUNIT_EXPECT_TRUE(test, e1000_82547_reserve_fifo(adapter, 60));
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, 16);
	KUNIT_EXPECT_TRUE(test, e1000_82547_reserve_fifo(adapter, 1514));
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, 16 + 1536);
}

static void e1000_82547_fifo_stalls_in_half_duplex(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pci,
						     false);

	adapter->link_duplex = HALF_DUPLEX;
	adapter->tx_fifo_size = SZ_8K;
	adapter->tx_fifo_head = SZ_8K - 512;
	/* This reaches beyond its end by 992 */
	KUNIT_EXPECT_FALSE(test, e1000_82547_reserve_fifo(adapter, 512 + 992 - 16));
	atomic_set(&adapter->tx_fifo_stall, 0);
	KUNIT_EXPECT_TRUE(test, e1000_82547_reserve_fifo(adapter, 512 + 992 - 32));
	adapter->tx_fifo_head = SZ_8K - 512;
	/* 1,536 bytes of FIFO reach beyond its end by more than 992 */
	KUNIT_EXPECT_FALSE(test, e1000_82547_reserve_fifo(adapter, 1514));
	KUNIT_EXPECT_EQ(test, atomic_read(&adapter->tx_fifo_stall), 1);
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, SZ_8K - 512);
	/* Nothing goes out until the stall is over */
	KUNIT_EXPECT_FALSE(test, e1000_82547_reserve_fifo(adapter, 60));
	atomic_set(&adapter->tx_fifo_stall, 0);
	KUNIT_EXPECT_TRUE(test, e1000_82547_reserve_fifo(adapter, 60));
}

/* With descriptor bursting all of a frame's descriptors may be called done, at
 * different times
 */
static void e1000_a_part_written_back_frees_nothing(struct kunit *test)
{
	struct e1000_adapter *adapter = make_adapter(test, e1000_bus_type_pci,
						     false);
	struct e1000_tx_buffer buffers[4] = {};
	struct e1000_tx_desc descs[4] = {};
	struct e1000_tx_ring tx_ring = {
		.desc = descs, .count = 4, .buffer_info = buffers
	};
	static const u8 kinds[] = {
		E1000_TX_SKB, E1000_TX_XDP_PAGE_PART, E1000_TX_XDP_PART
	};
	unsigned int bytes = 0, n;

	adapter->rx_ring = kunit_kzalloc(test, sizeof(*adapter->rx_ring),
					 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, adapter->rx_ring);
	descs[3].upper.data = cpu_to_le32(E1000_TXD_STAT_DD);
	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		unsigned int i = 3;

		buffers[3].kind = kinds[n];
		KUNIT_EXPECT_EQ(test, 0, e1000_xdp_clean_short(adapter, &tx_ring,
							       &i, &bytes));
		KUNIT_EXPECT_EQ(test, i, 3);
		KUNIT_EXPECT_EQ(test, buffers[3].kind, kinds[n]);
		KUNIT_EXPECT_EQ(test, bytes, 0);
	}
}

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
	expect_wait(test, make_adapter(test, e1000_bus_type_pci, false),
		    e1000_lock_reset);
}

/* An interface of this driver with a carrier, which the test before may have
 * cost it for a while. Takes RTNL, or skips the test.
 */
static struct net_device *lock_interface(struct kunit *test)
{
	struct net_device *netdev;
	int wait;

	for (wait = 0; wait < 100; wait++) {
		rtnl_lock();
		for_each_netdev(&init_net, netdev)
			if (netdev->dev.parent && netif_carrier_ok(netdev) &&
			    !strcmp(dev_driver_string(netdev->dev.parent), "e1000"))
				return netdev;
		rtnl_unlock();
		msleep(50);
	}
	kunit_skip(test, "the machine has no e1000 with a carrier");
	return NULL;
}

static void change_mtu(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops->ndo_change_mtu(netdev, netdev->mtu ^ 1);
}

static void change_features(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops->ndo_set_features(netdev,
					     netdev->features ^ NETIF_F_RXALL);
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

/* A frame in a page of its own, as another driver redirects it, with so much
 * room behind it
 */
static struct xdp_frame *make_frame_with(u32 len, u32 tailroom)
{
	struct xdp_rxq_info rxq = { .mem.type = MEM_TYPE_PAGE_ORDER0 };
	struct xdp_buff xdp;

	xdp_init_buff(&xdp, XDP_PACKET_HEADROOM + len + tailroom +
		      SKB_DATA_ALIGN(sizeof(struct skb_shared_info)), &rxq);
	xdp_prepare_buff(&xdp,
			 (void *)get_zeroed_page(GFP_KERNEL | __GFP_NOFAIL),
			 XDP_PACKET_HEADROOM, len, false);
	return xdp_convert_buff_to_frame(&xdp);
}

static struct xdp_frame *make_frame(u32 len)
{
	return make_frame_with(len, ETH_ZLEN);
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
	const struct net_device_ops *ops;
	struct net_device *netdev;
	e1000_mac_type mac_type;
	unsigned int mtu, i;

	netdev = lock_interface(test);
	ops = netdev->netdev_ops;
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
	ops->ndo_change_mtu(netdev, mtu);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* Other devices go on receiving */
static void e1000_is_not_reset_for_a_long_mtu(struct kunit *test)
{
	const struct net_device_ops *ops;
	struct net_device *netdev;
	unsigned int mtu;

	netdev = lock_interface(test);
	ops = netdev->netdev_ops;
	mtu = netdev->mtu;
	KUNIT_EXPECT_EQ(test, 0, ops->ndo_change_mtu(netdev, E1000_RXBUFFER_8192));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(netdev));
	KUNIT_EXPECT_EQ(test, 0, ops->ndo_change_mtu(netdev, mtu));
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

/* Status of a frame in one buffer */
#define WHOLE	(E1000_RXD_STAT_DD | E1000_RXD_STAT_EOP)

static void set_up_anew(struct kunit *test, struct net_device *netdev)
{
	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
}

/* Each of these conditions is enough to send nothing */
static void e1000_xdp_sends_nothing_while_it_goes_down(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	struct netdev_queue *txq;
	int i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	txq = netdev_get_tx_queue(netdev, 0);
	cancel_delayed_work_sync(&adapter->watchdog_task);
	local_bh_disable();
	for (i = 0; i < 5; i++) {
		if (i == 0)
			set_bit(__E1000_DOWN, &adapter->flags);
		if (i == 1)
			set_bit(__LINK_STATE_NOCARRIER, &netdev->state);
		if (i == 2)
			clear_bit(__LINK_STATE_PRESENT, &netdev->state);
		if (i == 3)
			netif_tx_stop_queue(txq);
		KUNIT_EXPECT_EQ(test, i < 4 ? -ENETDOWN : 0,
				netdev->netdev_ops->ndo_xdp_xmit(netdev, 0,
								 NULL, 0));
		KUNIT_EXPECT_FALSE(test, adapter->tx_ring->xdp_unsent);
		clear_bit(__E1000_DOWN, &adapter->flags);
		clear_bit(__LINK_STATE_NOCARRIER, &netdev->state);
		set_bit(__LINK_STATE_PRESENT, &netdev->state);
		netif_tx_start_queue(txq);
	}
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
	set_up_anew(test, netdev);
	rtnl_unlock();
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
			KUNIT_EXPECT_EQ(test, 0,
					E1000_TX_DESC(*tx_ring, i)->upper.data);
		i = tx_ring->buffer_info[first].next_to_watch;
		KUNIT_EXPECT_NE(test, 0, tx_ring->buffer_info[i].time_stamp);
	}
	adapter->hw.bus_type = bus;
	napi_enable(&adapter->napi);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* A descriptor that the device could have written, and its buffer's last byte */
struct written {
	u16 len;
	u8 status;
	u8 errors;
	u8 last;
};

/* Write the ring's next descriptors. Device and driver are at different places
 * of the ring then, until it is set up anew.
 */
static void write_descs(struct net_device *netdev,
			const struct written *written, u32 count)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	struct e1000_rx_ring *rx_ring = adapter->rx_ring;
	u32 n;

	napi_disable(&adapter->napi);
	for (n = 0; n < count; n++, written++) {
		u32 i = (rx_ring->next_to_clean + n) % rx_ring->count;
		struct page *page = rx_ring->buffer_info[i].rxbuf.page;
		struct e1000_rx_desc *desc = E1000_RX_DESC(*rx_ring, i);
		u8 *data = page_address(page) + XDP_RING_HEADROOM;
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

static void poll(struct e1000_adapter *adapter)
{
	local_bh_disable();
	napi_schedule(&adapter->napi);
	local_bh_enable();
}

static void receive(struct net_device *netdev, const struct written *written,
		    u32 count)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	write_descs(netdev, written, count);
	poll(adapter);
	/* An interrupt may have been first */
	napi_synchronize(&adapter->napi);
}

/* On a TBI link the 82543 takes a carrier extension byte for the frame's last,
 * and an error
 */
static void e1000_tbi_forgives_a_carrier_extension(struct kunit *test)
{
	static const struct written one = {
		100, WHOLE, E1000_RXD_ERR_CE, CARRIER_EXTENSION
	}, of_two_buffers[] = {
		{ E1000_RX_BUF_LEN, E1000_RXD_STAT_DD },
		{ 100, WHOLE, E1000_RXD_ERR_CE, CARRIER_EXTENSION },
	}, with_another_error = {
		100, WHOLE, E1000_RXD_ERR_SE, CARRIER_EXTENSION
	};
	struct net_device_stats *stats;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames, bytes;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	stats = &netdev->stats;
	frames = stats->rx_packets;
	bytes = stats->rx_bytes;
	adapter->hw.tbi_compatibility_on = true;

	receive(netdev, &one, 1);
	KUNIT_EXPECT_EQ(test, stats->rx_packets, frames + 1);
	KUNIT_EXPECT_EQ(test, stats->rx_bytes, bytes + 100 - 1 - ETH_FCS_LEN);
	receive(netdev, of_two_buffers, ARRAY_SIZE(of_two_buffers));
	receive(netdev, &with_another_error, 1);
	KUNIT_EXPECT_EQ(test, stats->rx_packets, frames + 1);

	adapter->hw.tbi_compatibility_on = false;
	receive(netdev, &one, 1);
	KUNIT_EXPECT_EQ(test, stats->rx_packets, frames + 1);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

static void e1000_82543_is_the_first_to_check_sums(struct kunit *test)
{
	static const struct {
		e1000_mac_type mac;
		bool checks;
	} devices[] = {
		{ e1000_82542_rev2_1, false },
		{ e1000_82543, true },
	};
	static const struct written checked = {
		100, WHOLE | E1000_RXD_STAT_TCPCS
	};
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;
	bool rx_csum;
	u64 good;
	int i;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	rx_csum = adapter->rx_csum;
	adapter->rx_csum = true;
	mac_type = adapter->hw.mac_type;
	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		good = adapter->hw_csum_good;
		adapter->hw.mac_type = devices[i].mac;
		receive(netdev, &checked, 1);
		KUNIT_EXPECT_EQ(test, adapter->hw_csum_good,
				good + devices[i].checks);
	}
	adapter->hw.mac_type = mac_type;
	adapter->rx_csum = rx_csum;
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* A descriptor that is not done, or that the device was not given, may hold
 * anything
 */
static void e1000_receives_only_what_the_device_was_given(struct kunit *test)
{
	static const struct written frame = { 100, WHOLE },
				    not_done = { 100, E1000_RXD_STAT_EOP };
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	frames = netdev->stats.rx_packets;
	receive(netdev, &not_done, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames);

	napi_disable(&adapter->napi);
	adapter->rx_ring->next_to_use = adapter->rx_ring->next_to_clean;
	napi_enable(&adapter->napi);
	receive(netdev, &frame, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* The rest of a refused frame ends with the ring that it came in */
static void e1000_a_new_ring_begins_with_a_new_frame(struct kunit *test)
{
	static const struct written refused = { E1000_RX_BUF_LEN - 1, E1000_RXD_STAT_DD },
				    frame = { 100, WHOLE };
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	frames = netdev->stats.rx_packets;
	receive(netdev, &refused, 1);
	KUNIT_EXPECT_TRUE(test, adapter->rx_ring->discarding);
	set_up_anew(test, netdev);
	receive(netdev, &frame, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames + 1);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* The 82542's receive unit goes through a reset when its filters change */
static void e1000_82542_has_buffers_after_its_filters_change(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	mac_type = adapter->hw.mac_type;
	adapter->hw.mac_type = e1000_82542_rev2_0;
	netif_addr_lock_bh(netdev);
	netdev->netdev_ops->ndo_set_rx_mode(netdev);
	netif_addr_unlock_bh(netdev);
	adapter->hw.mac_type = mac_type;
	KUNIT_EXPECT_EQ(test, E1000_DESC_UNUSED(adapter->rx_ring), 0);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

static void e1000_82542_is_reset_for_features(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	mac_type = adapter->hw.mac_type;
	adapter->hw.mac_type = e1000_82542_rev2_1;
	change_features(adapter);
	adapter->hw.mac_type = mac_type;
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(netdev));
	change_features(adapter);
	set_up_anew(test, netdev);
	rtnl_unlock();
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

/* Something that another CPU does to an interface */
struct on_other_cpu {
	struct work_struct work;
	void (*work_on)(struct e1000_adapter *adapter);
	struct e1000_adapter *adapter;
	bool has_begun;
	bool is_done;
};

static void work_on_other_cpu(struct work_struct *work)
{
	struct on_other_cpu *other = container_of(work, struct on_other_cpu,
						  work);

	WRITE_ONCE(other->has_begun, true);
	other->work_on(other->adapter);
	WRITE_ONCE(other->is_done, true);
}

/* With a lock held: have another CPU begin, and see that it waits */
static void expect_other_cpu_waits(struct kunit *test,
				   struct on_other_cpu *other,
				   struct e1000_adapter *adapter,
				   void (*work_on)(struct e1000_adapter *adapter))
{
	int cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());

	*other = (struct on_other_cpu) {
		.work_on = work_on, .adapter = adapter
	};
	INIT_WORK(&other->work, work_on_other_cpu);
	queue_work_on(cpu, system_wq, &other->work);
	while (!READ_ONCE(other->has_begun))
		cpu_relax();
	mdelay(50);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(other->is_done));
}

static struct on_other_cpu *make_other_cpu(struct kunit *test)
{
	struct on_other_cpu *other;

	if (num_online_cpus() < 2)
		kunit_skip(test, "the machine has one CPU");
	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	return other;
}

/* e1000_set_rx_mode() writes the same registers, and does not ask for RTNL */
static void e1000_changes_wait_for_the_address_lock(struct kunit *test)
{
	static void (*const changes[])(struct e1000_adapter *adapter) = {
		change_mtu, change_features
	};
	struct on_other_cpu *other;
	struct net_device *netdev;
	int i;

	other = make_other_cpu(test);
	netdev = lock_interface(test);
	/* The second time is back to what it was */
	for (i = 0; i < 2 * ARRAY_SIZE(changes); i++) {
		netif_addr_lock_bh(netdev);
		expect_other_cpu_waits(test, other, netdev_priv(netdev),
				       changes[i / 2]);
		netif_addr_unlock_bh(netdev);
		flush_work(&other->work);
	}
	rtnl_unlock();
}

static void transmit_a_frame(struct e1000_adapter *adapter)
{
	struct xdp_frame *frame = make_frame(ETH_ZLEN);
	struct net_device *netdev = adapter->netdev;

	local_bh_disable();
	if (netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0) != 1)
		xdp_return_frame(frame);
	local_bh_enable();
}

/* A change of the ring's size gives the adapter another ring, which ndo_xdp_xmit
 * must not miss because it waited for the lock
 */
static void e1000_xdp_xmit_looks_for_its_ring_under_the_lock(struct kunit *test)
{
	struct e1000_tx_ring *old, *new;
	struct e1000_adapter *adapter;
	struct on_other_cpu *other;
	struct net_device *netdev;
	struct netdev_queue *txq;
	u32 next;

	other = make_other_cpu(test);
	new = kunit_kzalloc(test, sizeof(*new), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, new);
	netdev = lock_interface(test);
	txq = netdev_get_tx_queue(netdev, 0);
	adapter = netdev_priv(netdev);
	old = adapter->tx_ring;
	napi_disable(&adapter->napi);

	__netif_tx_lock_bh(txq);
	next = old->next_to_use;
	expect_other_cpu_waits(test, other, adapter, transmit_a_frame);
	*new = *old;
	adapter->tx_ring = new;
	__netif_tx_unlock_bh(txq);
	flush_work(&other->work);

	KUNIT_EXPECT_EQ(test, old->next_to_use, next);
	KUNIT_EXPECT_NE(test, new->next_to_use, next);
	__netif_tx_lock_bh(txq);
	*old = *new;
	adapter->tx_ring = old;
	__netif_tx_unlock_bh(txq);
	napi_enable(&adapter->napi);
	set_up_anew(test, netdev);
	rtnl_unlock();
}

/* A program that returns XDP_TX */
static struct bpf_prog *make_program(struct kunit *test)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, XDP_TX), BPF_EXIT_INSN(),
	};
	struct bpf_prog *prog;
	int err;

	prog = bpf_prog_alloc(bpf_prog_size(ARRAY_SIZE(insns)), 0);
	KUNIT_ASSERT_NOT_NULL(test, prog);
	prog->len = ARRAY_SIZE(insns);
	prog->type = BPF_PROG_TYPE_XDP;
	memcpy(prog->insnsi, insns, sizeof(insns));
	prog = bpf_prog_select_runtime(prog, &err);
	KUNIT_ASSERT_EQ(test, err, 0);
	return prog;
}

/* With the Tx lock held: post a frame that nobody owns, in some Rx buffer */
static void transmit_by_hand(struct e1000_adapter *adapter)
{
	struct e1000_rx_ring *rx_ring = adapter->rx_ring;
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
	u32 filled = (rx_ring->next_to_clean + 1) % rx_ring->count;
	struct page *page = rx_ring->buffer_info[filled].rxbuf.page;
	u32 i = tx_ring->next_to_use;
	struct e1000_tx_desc *desc;

	desc = E1000_TX_DESC(*tx_ring, i);
	desc->buffer_addr = cpu_to_le64(xdp_ring_dma_addr(page));
	desc->lower.data = cpu_to_le32(adapter->txd_cmd | E1000_TXD_CMD_IFCS |
				       ETH_ZLEN);
	desc->upper.data = 0;
	tx_ring->buffer_info[i].next_to_watch = i;
	tx_ring->next_to_use = (i + 1) % tx_ring->count;
}

/* The CPU that holds the lock posts a frame meanwhile */
static void e1000_xdp_tx_looks_for_its_place_under_the_lock(struct kunit *test)
{
	static const struct written frame = { 100, WHOLE };
	struct e1000_adapter *adapter;
	struct on_other_cpu *other;
	struct net_device *netdev;
	struct netdev_queue *txq;
	struct bpf_prog *prog;
	u32 next;

	other = make_other_cpu(test);
	prog = make_program(test);
	netdev = lock_interface(test);
	txq = netdev_get_tx_queue(netdev, 0);
	adapter = netdev_priv(netdev);

	write_descs(netdev, &frame, 1);
	WRITE_ONCE(adapter->xdp_prog, prog);
	__netif_tx_lock_bh(txq);
	next = adapter->tx_ring->next_to_use;
	expect_other_cpu_waits(test, other, adapter, poll);
	transmit_by_hand(adapter);
	__netif_tx_unlock_bh(txq);
	flush_work(&other->work);
	napi_synchronize(&adapter->napi);
	KUNIT_EXPECT_EQ(test, adapter->tx_ring->next_to_use,
			(next + 2) % adapter->tx_ring->count);

	WRITE_ONCE(adapter->xdp_prog, NULL);
	set_up_anew(test, netdev);
	rtnl_unlock();
	bpf_prog_free(prog);
}

static struct kunit_case e1000_xdp_test_cases[] = {
	KUNIT_CASE(e1000_chunks_of_plain_pci),
	KUNIT_CASE(e1000_asks_for_no_more_room_than_it_may_need),
	KUNIT_CASE(e1000_errata_10_on_pcix),
	KUNIT_CASE(e1000_82544_on_pcix_ends_in_odd_dwords),
	KUNIT_CASE(e1000_82547_fifo_holds_what_the_mtu_allows),
	KUNIT_CASE(e1000_82547_fifo_counts_in_full_duplex),
	KUNIT_CASE(e1000_82547_fifo_stalls_in_half_duplex),
	KUNIT_CASE(e1000_a_part_written_back_frees_nothing),
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
	KUNIT_CASE(e1000_tbi_forgives_a_carrier_extension),
	KUNIT_CASE(e1000_82543_is_the_first_to_check_sums),
	KUNIT_CASE(e1000_receives_only_what_the_device_was_given),
	KUNIT_CASE(e1000_a_new_ring_begins_with_a_new_frame),
	KUNIT_CASE(e1000_82542_has_buffers_after_its_filters_change),
	KUNIT_CASE(e1000_82542_is_reset_for_features),
	KUNIT_CASE(e1000_a_queue_that_is_down_is_stopped),
	{}
};

/* For a machine of two CPUs or more */
static struct kunit_case e1000_smp_test_cases[] = {
	KUNIT_CASE(e1000_changes_wait_for_the_address_lock),
	KUNIT_CASE(e1000_xdp_xmit_looks_for_its_ring_under_the_lock),
	KUNIT_CASE(e1000_xdp_tx_looks_for_its_place_under_the_lock),
	{}
};

static struct kunit_suite e1000_xdp_test_suite = {
	.name		= "e1000_xdp",
	.test_cases	= e1000_xdp_test_cases,
};

static struct kunit_suite e1000_smp_test_suite = {
	.name		= "e1000_smp",
	.test_cases	= e1000_smp_test_cases,
};

kunit_test_suites(&e1000_xdp_test_suite, &e1000_smp_test_suite);

MODULE_DESCRIPTION("KUnit tests of XDP in e1000");
MODULE_LICENSE("GPL");
