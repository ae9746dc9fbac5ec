// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of reception, with descriptors that no emulated device writes */

#include "e1000_nic_test.h"

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
		{ E1000_RX_BUF_LEN, E1000_RXD_STAT_DD, 0, CARRIER_EXTENSION },
		{ 100, WHOLE, E1000_RXD_ERR_CE, CARRIER_EXTENSION },
	}, with_another_error = {
		100, WHOLE, E1000_RXD_ERR_SE, CARRIER_EXTENSION
	};
	struct net_device_stats *stats;
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames, bytes;
	u32 longest;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	longest = adapter->hw.max_frame_size;
	adapter->hw.max_frame_size = MAX_JUMBO_FRAME_SIZE;
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
	adapter->hw.max_frame_size = longest;
	unlock_anew(test, netdev);
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
	unlock_anew(test, netdev);
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
	unlock_anew(test, netdev);
}

static void e1000_leaves_one_descriptor_without_a_buffer(struct kunit *test)
{
	struct e1000_rx_ring *rx_ring;
	struct net_device *netdev;

	netdev = lock_interface(test);
	set_up_anew(test, netdev);
	rx_ring = ((struct e1000_adapter *)netdev_priv(netdev))->rx_ring;
	KUNIT_EXPECT_EQ(test, rx_ring->empty, 1);
	KUNIT_EXPECT_NULL(test, rx_ring->buffer_info[rx_ring->next_to_use]
					.buf.va);
	rtnl_unlock();
}

/* netpoll polls with a budget of 0, to free what was sent */
static void e1000_netpoll_receives_nothing(struct kunit *test)
{
	static const struct written frame = { 100, WHOLE };
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	frames = netdev->stats.rx_packets;
	write_descs(netdev, &frame, 1);
	napi_disable(&adapter->napi);
	poll_alone(adapter, 0);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames);
	napi_enable(&adapter->napi);
	unlock_anew(test, netdev);
}

/* With rx-all on, the shortest frame that has a header may have errors */
static void e1000_rx_all_begins_with_a_header(struct kunit *test)
{
	static const struct written header = {
		ETH_HLEN + ETH_FCS_LEN, WHOLE, E1000_RXD_ERR_CE
	}, less = {
		ETH_HLEN + ETH_FCS_LEN - 1, WHOLE, E1000_RXD_ERR_CE
	};
	netdev_features_t features;
	struct net_device *netdev;
	unsigned long frames;

	netdev = lock_interface(test);
	frames = netdev->stats.rx_packets;
	features = netdev->features;
	netdev->features |= NETIF_F_RXALL;
	receive(netdev, &less, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames);
	receive(netdev, &header, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames + 1);
	netdev->features = features;
	unlock_anew(test, netdev);
}

/* The rest of a refused frame ends with the ring that it came in */
static void e1000_a_new_ring_begins_with_a_new_frame(struct kunit *test)
{
	static const struct written refused = { E1000_RX_BUF_LEN - 1,
						E1000_RXD_STAT_DD },
				    frame = { 100, WHOLE };
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	unsigned long frames;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	frames = netdev->stats.rx_packets;
	receive(netdev, &refused, 1);
	KUNIT_EXPECT_EQ(test, adapter->rx_ring->rxq.state, XDP_RING_DISCARDING);
	set_up_anew(test, netdev);
	receive(netdev, &frame, 1);
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_packets, frames + 1);
	unlock_anew(test, netdev);
}

static void change_filters(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netif_addr_lock_bh(netdev);
	netdev->netdev_ops->ndo_set_rx_mode(netdev);
	netif_addr_unlock_bh(netdev);
}

static void change_address(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;
	struct sockaddr address;

	ether_addr_copy(address.sa_data, netdev->dev_addr);
	netdev->netdev_ops->ndo_set_mac_address(netdev, &address);
}

/* The 82542's receiver goes through a reset when its filters change. Its ring
 * is left alone while NAPI may run, until another reset.
 */
static void e1000_82542_has_buffers_after_its_filters_change(struct kunit *test)
{
	static void (*const changes[])(struct e1000_adapter *adapter) = {
		change_filters, change_address
	};
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	void *va;
	int i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		netdev = lock_interface(test);
		adapter = netdev_priv(netdev);
		napi_disable(&adapter->napi);
		va = adapter->rx_ring->buffer_info[0].buf.va;
		as_device(adapter, e1000_82542_rev2_0, changes[i]);
		KUNIT_EXPECT_NOT_NULL(test, va);
		KUNIT_EXPECT_PTR_EQ(test, va,
				    adapter->rx_ring->buffer_info[0].buf.va);
		KUNIT_EXPECT_NE(test, 0, work_busy(&adapter->reset_task));
		napi_enable(&adapter->napi);
		rtnl_unlock();
		flush_work(&adapter->reset_task);
		KUNIT_EXPECT_EQ(test, E1000_DESC_UNUSED(adapter->rx_ring), 0);
	}
}

static struct kunit_case e1000_rx_test_cases[] = {
	KUNIT_CASE(e1000_tbi_forgives_a_carrier_extension),
	KUNIT_CASE(e1000_82543_is_the_first_to_check_sums),
	KUNIT_CASE(e1000_receives_only_what_the_device_was_given),
	KUNIT_CASE(e1000_leaves_one_descriptor_without_a_buffer),
	KUNIT_CASE(e1000_netpoll_receives_nothing),
	KUNIT_CASE(e1000_rx_all_begins_with_a_header),
	KUNIT_CASE(e1000_a_new_ring_begins_with_a_new_frame),
	KUNIT_CASE(e1000_82542_has_buffers_after_its_filters_change),
	{}
};

static struct kunit_suite e1000_rx_test_suite = {
	.name		= "e1000_rx",
	.test_cases	= e1000_rx_test_cases,
};

kunit_test_suite(e1000_rx_test_suite);

MODULE_DESCRIPTION("KUnit tests of reception by e1000");
MODULE_LICENSE("GPL");
