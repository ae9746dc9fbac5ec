// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of an interface of this driver: resets, the MTU, what is refused,
 * and going down.
 */

#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <net/netdev_rx_queue.h>

#include "e1000_nic_test.h"

/* Somebody else's reset, which is over after a while, and whether a change of
 * the interface had not begun by then
 */
struct other_reset {
	struct delayed_work work;
	struct e1000_adapter *adapter;
	unsigned int mtu;
	bool is_over;
	bool was_first;
};

static bool is_unchanged(const struct other_reset *reset)
{
	struct net_device *netdev = reset->adapter->netdev;

	return !netdev || (netdev->mtu == reset->mtu &&
			   !test_bit(__E1000_DOWN, &reset->adapter->flags));
}

static void end_reset(struct work_struct *work)
{
	struct other_reset *reset = container_of(to_delayed_work(work),
						 struct other_reset, work);

	reset->was_first = is_unchanged(reset);
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
	if (adapter->netdev)
		reset->mtu = adapter->netdev->mtu;
	INIT_DELAYED_WORK(&reset->work, end_reset);
	e1000_lock_reset(adapter);
	schedule_delayed_work(&reset->work, HZ / 10);
	change(adapter);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(reset->is_over));
	flush_delayed_work(&reset->work);
	KUNIT_EXPECT_TRUE(test, reset->was_first);
}

static void e1000_waits_for_another_reset(struct kunit *test)
{
	struct e1000_adapter *adapter;

	adapter = kunit_kzalloc(test, sizeof(*adapter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, adapter);
	expect_wait(test, adapter, e1000_lock_reset);
}

/* Resets and changes take turns by __E1000_RESETTING, not by RTNL alone */
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
	const struct net_device_ops *ops = netdev->netdev_ops;

	return ops->ndo_change_mtu(netdev, frame - ETH_HLEN - ETH_FCS_LEN);
}

/* The packet buffer is divided for the new MTU. An interface that is down is
 * not taken down again, and stays down.
 */
static void e1000_is_reset_for_another_mtu(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;
	e1000_mac_type mac_type;
	struct e1000_hw *hw;
	unsigned int mtu;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	hw = &adapter->hw;
	mac_type = hw->mac_type;
	mtu = netdev->mtu;
	hw->mac_type = e1000_82547;
	adapter->tx_fifo_head = 1;
	KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, E1000_RXBUFFER_8192 + 1));
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_head, 0);
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_size, 18 * SZ_1K);
	KUNIT_EXPECT_FALSE(test, test_bit(__E1000_DOWN, &adapter->flags));

	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, 0, set_frame(netdev, E1000_RXBUFFER_8192));
	KUNIT_EXPECT_EQ(test, adapter->tx_fifo_size, 10 * SZ_1K);
	KUNIT_EXPECT_TRUE(test, test_bit(__E1000_DOWN, &adapter->flags));
	KUNIT_EXPECT_FALSE(test, er32(RCTL) & E1000_RCTL_EN);
	hw->mac_type = mac_type;
	KUNIT_EXPECT_EQ(test, 0,
			set_frame(netdev, mtu + ETH_HLEN + ETH_FCS_LEN));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* Not all of the core asks whether an MTU is allowed */
static void e1000_refuses_an_mtu_above_its_limit(struct kunit *test)
{
	unsigned int mtu, max_mtu;
	struct net_device *netdev;

	netdev = lock_interface(test);
	mtu = netdev->mtu;
	max_mtu = netdev->max_mtu;
	netdev->max_mtu = mtu;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			netdev->netdev_ops->ndo_change_mtu(netdev, mtu + 1));
	KUNIT_EXPECT_EQ(test, netdev->mtu, mtu);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(netdev));
	netdev->max_mtu = max_mtu;
	rtnl_unlock();
}

/* The core knows what the driver does not, and no user can ask for it */
static void e1000_refuses_what_it_cannot_do(struct kunit *test)
{
	struct netdev_bpf bpf = { .command = XDP_SETUP_XSK_POOL };
	const int padding = ETH_ZLEN - ETH_HLEN;
	const struct net_device_ops *ops;
	struct net_device *netdev;
	struct xdp_frame *frame;
	int room;

	netdev = lock_interface(test);
	ops = netdev->netdev_ops;
	KUNIT_EXPECT_EQ(test, -EINVAL, ops->ndo_bpf(netdev, &bpf));

	/* A header can be sent if there is room to pad it */
	for (room = padding; room >= 0; room -= padding) {
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
			ops->ndo_xdp_xmit(netdev, 0, NULL,
					  XDP_XMIT_FLAGS_MASK + 1));
	local_bh_enable();
	rtnl_unlock();
}

/* QEMU's device sends no pause frames, so its registers stay 0 */
static void e1000_counts_pause_frames_both_ways(struct kunit *test)
{
	struct ethtool_pause_stats pauses = {};
	struct e1000_hw_stats before, *stats;
	struct net_device *netdev;

	netdev = lock_interface(test);
	stats = &((struct e1000_adapter *)netdev_priv(netdev))->stats;
	before = *stats;
	stats->xontxc = 1;
	stats->xofftxc = 2;
	stats->xonrxc = 4;
	stats->xoffrxc = 8;
	netdev->stats.rx_length_errors = 1;
	netdev->ethtool_ops->get_pause_stats(netdev, &pauses);
	KUNIT_EXPECT_EQ(test, pauses.tx_pause_frames, 1 + 2);
	KUNIT_EXPECT_EQ(test, pauses.rx_pause_frames, 4 + 8);
	/* The registers were read: what is made from them is right again */
	KUNIT_EXPECT_EQ(test, netdev->stats.rx_length_errors, 0);
	*stats = before;
	rtnl_unlock();
}

/* A completion that has begun before the interface goes down may wake the queue
 * while it does, and the watchdog may find the link up. The watchdog's place
 * serves for both: going down waits for it.
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
	netif_carrier_on(adapter->netdev);
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
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(netdev));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* Whatever e1000_open() has told of the queues holds after a reset as well */
static void e1000_queues_keep_their_napi(struct kunit *test)
{
	struct napi_struct *rx_napi, *tx_napi;
	struct e1000_adapter *adapter;
	struct netdev_rx_queue *rxq;
	struct net_device *netdev;
	struct netdev_queue *txq;
	unsigned int napi_id;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	rxq = __netif_get_rx_queue(netdev, 0);
	txq = netdev_get_tx_queue(netdev, 0);
	set_up_anew(test, netdev);
	rx_napi = rxq->napi;
	tx_napi = txq->napi;
	napi_id = adapter->napi.napi_id;
	change_mtu(adapter);
	KUNIT_EXPECT_PTR_EQ(test, rxq->napi, rx_napi);
	KUNIT_EXPECT_PTR_EQ(test, txq->napi, tx_napi);
	KUNIT_EXPECT_EQ(test, adapter->napi.napi_id, napi_id);
	change_mtu(adapter);
	rtnl_unlock();
}

/* As the PCI core calls it after an error, and when the bus has been reset */
static void report_error(struct net_device *netdev, pci_channel_state_t state)
{
	struct pci_dev *pdev = to_pci_dev(netdev->dev.parent);

	pdev->driver->err_handler->error_detected(pdev, state);
}

static void report_recovery(struct kunit *test, struct net_device *netdev)
{
	struct pci_dev *pdev = to_pci_dev(netdev->dev.parent);
	const struct pci_error_handlers *handler = pdev->driver->err_handler;

	KUNIT_EXPECT_TRUE(test, handler->slot_reset(pdev) ==
			  PCI_ERS_RESULT_RECOVERED);
	handler->resume(pdev);
	KUNIT_EXPECT_TRUE(test, netif_device_present(netdev));
}

/* Without its interrupt an interface does not go up, and gives RTNL back */
static void expect_no_resume(struct kunit *test, struct net_device *netdev)
{
	struct pci_dev *pdev = to_pci_dev(netdev->dev.parent);
	unsigned int irq = pdev->irq;

	pdev->irq = INT_MAX;
	pdev->driver->err_handler->resume(pdev);
	pdev->irq = irq;
	rtnl_lock();
	KUNIT_EXPECT_FALSE(test, netif_device_present(netdev));
	rtnl_unlock();
}

/* Whether the interrupt has other handlers than the interface's; this sets the
 * interface up anew
 */
static bool irq_is_shared(struct kunit *test, struct net_device *netdev)
{
	bool is_shared;

	dev_close(netdev);
	is_shared = irq_has_action(to_pci_dev(netdev->dev.parent)->irq);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	return is_shared;
}

/* The PCI core reports a second error when it cannot recover from the first.
 * The first takes the interrupt away, and a recovery brings it back once.
 */
static void e1000_errors_of_the_bus_free_the_interrupt(struct kunit *test)
{
	struct net_device *netdev;
	bool is_shared;
	int irq;

	netdev = lock_interface(test);
	irq = to_pci_dev(netdev->dev.parent)->irq;
	is_shared = irq_is_shared(test, netdev);
	rtnl_unlock();
	report_error(netdev, pci_channel_io_normal);
	KUNIT_EXPECT_EQ(test, is_shared, irq_has_action(irq));
	report_error(netdev, pci_channel_io_perm_failure);
	expect_no_resume(test, netdev);
	report_recovery(test, netdev);

	rtnl_lock();
	KUNIT_EXPECT_TRUE(test, irq_has_action(irq));
	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, is_shared, irq_has_action(irq));
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* A device that will not come back goes down; then its interface is closed,
 * which sets the registers of its rings to 0
 */
static void e1000_closes_after_an_error_of_the_bus(struct kunit *test)
{
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct e1000_hw *hw;
	bool is_shared;

	netdev = lock_interface(test);
	hw = &((struct e1000_adapter *)netdev_priv(netdev))->hw;
	pdev = to_pci_dev(netdev->dev.parent);
	is_shared = irq_is_shared(test, netdev);
	rtnl_unlock();
	report_error(netdev, pci_channel_io_perm_failure);
	KUNIT_EXPECT_EQ(test, is_shared, irq_has_action(pdev->irq));
	rtnl_lock();
	ew32(TDH, 5);
	ew32(TDT, 5);
	ew32(RDH, 5);
	ew32(RDT, 5);
	dev_close(netdev);
	KUNIT_EXPECT_EQ(test, er32(TDH), 0);
	KUNIT_EXPECT_EQ(test, er32(TDT), 0);
	KUNIT_EXPECT_EQ(test, er32(RDH), 0);
	KUNIT_EXPECT_EQ(test, er32(RDT), 0);
	rtnl_unlock();

	report_recovery(test, netdev);
	/* It was not disabled, and is enabled once more now */
	pci_disable_device(pdev);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* Emptying rings writes to their registers, none of which is at offset 0 */
static void e1000_is_set_up_while_it_is_down(struct kunit *test)
{
	struct net_device *netdev;
	struct e1000_hw *hw;

	netdev = lock_interface(test);
	hw = &((struct e1000_adapter *)netdev_priv(netdev))->hw;
	dev_close(netdev);
	KUNIT_EXPECT_TRUE(test, er32(CTRL) & E1000_CTRL_SLU);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

/* The task that waits for the 82547's FIFO must not wake a queue that
 * e1000_down() has stopped
 */
static void e1000_82547_stays_stopped_when_down(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct net_device *netdev;

	netdev = lock_interface(test);
	adapter = netdev_priv(netdev);
	dev_close(netdev);
	atomic_set(&adapter->tx_fifo_stall, 1);
	adapter->fifo_stall_task.work.func(&adapter->fifo_stall_task.work);
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(netdev));
	atomic_set(&adapter->tx_fifo_stall, 0);
	KUNIT_EXPECT_EQ(test, 0, dev_open(netdev, NULL));
	rtnl_unlock();
}

static struct kunit_case e1000_nic_test_cases[] = {
	KUNIT_CASE(e1000_82542_receives_no_jumbo_frames),
	KUNIT_CASE(e1000_waits_for_another_reset),
	KUNIT_CASE(e1000_changes_wait_for_a_reset),
	KUNIT_CASE(e1000_refuses_what_it_cannot_do),
	KUNIT_CASE(e1000_is_reset_for_another_mtu),
	KUNIT_CASE(e1000_refuses_an_mtu_above_its_limit),
	KUNIT_CASE(e1000_counts_pause_frames_both_ways),
	KUNIT_CASE(e1000_a_queue_that_is_down_is_stopped),
	KUNIT_CASE(e1000_queues_keep_their_napi),
	KUNIT_CASE(e1000_errors_of_the_bus_free_the_interrupt),
	KUNIT_CASE(e1000_closes_after_an_error_of_the_bus),
	KUNIT_CASE(e1000_is_set_up_while_it_is_down),
	KUNIT_CASE(e1000_82547_stays_stopped_when_down),
	{}
};

static struct kunit_suite e1000_nic_test_suite = {
	.name		= "e1000_nic",
	.test_cases	= e1000_nic_test_cases,
};

kunit_test_suite(e1000_nic_test_suite);

MODULE_DESCRIPTION("KUnit tests of XDP on an e1000");
MODULE_LICENSE("GPL");
