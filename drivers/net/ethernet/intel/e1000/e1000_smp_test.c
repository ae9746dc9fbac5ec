// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of locks, for a machine of two CPUs or more */

#include <linux/filter.h>
#include <linux/workqueue.h>

#include "e1000_nic_test.h"

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
				   void (*work_on)(struct e1000_adapter *))
{
	int cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());

	*other = (struct on_other_cpu) {
		.work_on = work_on, .adapter = adapter
	};
	INIT_WORK(&other->work, work_on_other_cpu);
	schedule_work_on(cpu, &other->work);
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

static void transmit_a_frame(struct e1000_adapter *adapter)
{
	struct xdp_frame *frame = make_frame(ETH_ZLEN);
	struct net_device *netdev = adapter->netdev;

	local_bh_disable();
	if (netdev->netdev_ops->ndo_xdp_xmit(netdev, 1, &frame, 0) != 1)
		xdp_return_frame(frame);
	local_bh_enable();
}

/* A change of the ring's size gives the adapter another ring, which
 * ndo_xdp_xmit must not miss because it waited for the lock
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
	unlock_anew(test, netdev);
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
	u32 i = tx_ring->next_to_use;
	struct e1000_tx_desc *desc;

	desc = E1000_TX_DESC(*tx_ring, i);
	desc->buffer_addr = cpu_to_le64(rx_ring->buffer_info[filled].buf.dma);
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
	unlock_anew(test, netdev);
	bpf_prog_free(prog);
}

static void set_fifo_back(struct e1000_adapter *adapter)
{
	adapter->fifo_stall_task.work.func(&adapter->fifo_stall_task.work);
}

/* A frame that has just found the 82547's FIFO stalled stops the queue: whoever
 * sets the FIFO back has to see that
 */
static void e1000_82547_fifo_is_set_back_under_the_lock(struct kunit *test)
{
	struct e1000_adapter *adapter;
	struct on_other_cpu *other;
	struct net_device *netdev;
	struct netdev_queue *txq;

	other = make_other_cpu(test);
	netdev = lock_interface(test);
	txq = netdev_get_tx_queue(netdev, 0);
	adapter = netdev_priv(netdev);

	atomic_set(&adapter->tx_fifo_stall, 1);
	__netif_tx_lock_bh(txq);
	expect_other_cpu_waits(test, other, adapter, set_fifo_back);
	netif_stop_queue(netdev);
	__netif_tx_unlock_bh(txq);
	flush_work(&other->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&adapter->tx_fifo_stall), 0);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(netdev));

	atomic_set(&adapter->tx_fifo_stall, 0);
	unlock_anew(test, netdev);
}

static struct kunit_case e1000_smp_test_cases[] = {
	KUNIT_CASE(e1000_xdp_xmit_looks_for_its_ring_under_the_lock),
	KUNIT_CASE(e1000_xdp_tx_looks_for_its_place_under_the_lock),
	KUNIT_CASE(e1000_82547_fifo_is_set_back_under_the_lock),
	{}
};

static struct kunit_suite e1000_smp_test_suite = {
	.name		= "e1000_smp",
	.test_cases	= e1000_smp_test_cases,
};

kunit_test_suite(e1000_smp_test_suite);

MODULE_DESCRIPTION("KUnit tests of e1000's locks");
MODULE_LICENSE("GPL");
