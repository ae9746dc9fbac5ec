// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what XDP frames owe to devices as they are. Emulators model
 * none of it.
 */

#include <kunit/test.h>

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

	KUNIT_EXPECT_EQ(test, 1514,
			e1000_tx_chunk(adapter, 0x1002, 1514, true));
	KUNIT_EXPECT_EQ(test, 4096,
			e1000_tx_chunk(adapter, 0x1000, 9014, true));
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
	KUNIT_EXPECT_FALSE(test,
			   e1000_82547_reserve_fifo(adapter, 512 + 992 - 16));
	atomic_set(&adapter->tx_fifo_stall, 0);
	KUNIT_EXPECT_TRUE(test,
			  e1000_82547_reserve_fifo(adapter, 512 + 992 - 32));
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

static struct kunit_case e1000_xdp_test_cases[] = {
	KUNIT_CASE(e1000_chunks_of_plain_pci),
	KUNIT_CASE(e1000_asks_for_no_more_room_than_it_may_need),
	KUNIT_CASE(e1000_errata_10_on_pcix),
	KUNIT_CASE(e1000_82544_on_pcix_ends_in_odd_dwords),
	KUNIT_CASE(e1000_82547_fifo_holds_what_the_mtu_allows),
	KUNIT_CASE(e1000_82547_fifo_counts_in_full_duplex),
	KUNIT_CASE(e1000_82547_fifo_stalls_in_half_duplex),
	{}
};

static struct kunit_suite e1000_xdp_test_suite = {
	.name		= "e1000_xdp",
	.test_cases	= e1000_xdp_test_cases,
};

kunit_test_suite(e1000_xdp_test_suite);

MODULE_DESCRIPTION("KUnit tests of XDP in e1000");
MODULE_LICENSE("GPL");
