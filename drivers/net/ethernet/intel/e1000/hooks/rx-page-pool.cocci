// SPDX-License-Identifier: GPL-2.0-only
// One Rx routine on a page_pool for every MTU: the routines for fragments, jumbo
// frames and copies go, and with them the choice between them. A buffer always takes
// 2048 bytes, so a change of the MTU no longer changes the buffers.
// gone: e1000_clean_jumbo_rx_irq
// gone: e1000_alloc_jumbo_rx_buffers
// gone: e1000_alloc_dummy_rx_buffers
// gone: e1000_alloc_rx_skb
// gone: e1000_consume_page
// gone: e1000_copybreak
// gone: e1000_alloc_frag
// gone: e1000_frag_len
// gone: E1000_HEADROOM
// gone: rx_skb_top
// gone: adapter->discarding
// gone: alloc_rx_buf
// gone: adapter->clean_rx

@ header @
@@
#include "e1000_hw.h"
+ #include <net/xdp_ring.h>

@ ring @
@@
struct e1000_rx_ring {
	...
-	struct sk_buff *rx_skb_top;
+	struct xdp_ring_rxq rxq;
+	/* descriptors without a buffer */
+	unsigned int empty;
	...
};

@ rx_buffer @
@@
struct e1000_rx_buffer {
-	union {
-		struct page *page;
-		u8 *data;
-	} rxbuf;
-	dma_addr_t dma;
+	struct xdp_ring_buf buf;
};

@ test_address @
expression i;
@@
- rxdr->buffer_info[i].dma
+ rxdr->buffer_info[i].buf.dma

@ dump @
@@
- buffer_info->rxbuf.data
+ buffer_info->buf.va

@ dump_address @
typedef u64;
expression list ES;
@@
  pr_info(ES,
-	  (u64)buffer_info->dma
+	  (u64)buffer_info->buf.dma
	  , buffer_info->buf.va, type)

@ adapter @
@@
struct e1000_adapter {
	...
-	bool (*clean_rx)(...);
-	void (*alloc_rx_buf)(...);
	...
	u32 alloc_rx_buff_failed;
+	u32 rx_malformed;
+	/* frames of up to so many bytes are copied for the stack */
+	u32 rx_copybreak;
	...
-	bool discarding;
	...
};

@ main_include @
@@
+ #include "e1000_xdp.h"
#include <net/ip6_checksum.h>

@ ethtool_include @
@@
+ #include "e1000_xdp.h"
#include <linux/jiffies.h>

// What e1000_rx.c does instead, or nobody needs any more

@ routines @
identifier f = { e1000_clean_jumbo_rx_irq, e1000_clean_rx_irq,
		 e1000_alloc_jumbo_rx_buffers, e1000_alloc_rx_buffers,
		 e1000_alloc_dummy_rx_buffers, e1000_clean_rx_ring,
		 e1000_alloc_rx_skb, e1000_consume_page, e1000_copybreak,
		 e1000_frag_len, e1000_alloc_frag, e1000_change_mtu };
type T;
@@
- T f(...) { ... }

@ routine_prototypes @
identifier f = { e1000_clean_jumbo_rx_irq, e1000_clean_rx_irq,
		 e1000_alloc_jumbo_rx_buffers, e1000_alloc_rx_buffers,
		 e1000_alloc_dummy_rx_buffers, e1000_clean_rx_ring,
		 e1000_change_mtu };
type T;
@@
- T f(...);

@ headroom @
expression E;
@@
- #define E1000_HEADROOM E

@ rxtop @
expression E;
@@
- #define rxtop E

// The module's parameter is where each interface begins

@ copybreak @
@@
e1000_sw_init(...)
{
	...
	adapter->rx_buffer_len = MAXIMUM_ETHERNET_VLAN_SIZE;
+	adapter->rx_copybreak = copybreak;
	...
}

// Functions that e1000_rx.c calls

@ shared @
identifier f = { e1000_rx_checksum, e1000_receive_skb,
		 e1000_tbi_should_accept };
type T;
@@
- static
  T f(...) { ... }

// The buffers' size is one for all

@ size @
@@
e1000_sw_init(...)
{
	...
-	adapter->rx_buffer_len = MAXIMUM_ETHERNET_VLAN_SIZE;
+	adapter->rx_buffer_len = E1000_RX_BUF_LEN;
	...
}

// The core's function that makes the skb tells its protocol

@ protocol @
@@
e1000_receive_skb(...)
{
	...
-	skb->protocol = eth_type_trans(skb, adapter->netdev);
	...
}

// Intel's manuals of its kind want RXCSUM written while the receiver is off, so
// checksums are always computed, and e1000_rx_checksum() believes them or not.
// Only rx-all needs the device.

@ features @
@@
e1000_set_features(...)
{
	...
	adapter->rx_csum = !!(features & NETIF_F_RXCSUM);
+	if (!(changed & NETIF_F_RXALL))
+		return 1;
	...
}

@ rx_csum_setup @
@@
e1000_configure_rx(...)
{
	<...
-	if (adapter->rx_csum)
-		rxcsum |= E1000_RXCSUM_TUOFL;
-	else
-		rxcsum &= ~E1000_RXCSUM_TUOFL;
+	rxcsum |= E1000_RXCSUM_TUOFL;
	...>
}

@ rx_csum_use @
@@
e1000_rx_checksum(...)
{
	...
	if (unlikely(
-	    hw->mac_type < e1000_82543
+	    hw->mac_type < e1000_82543 || !adapter->rx_csum
	   ))
		return;
	...
}

@ configure_rx @
@@
e1000_configure_rx(...)
{
	...
-	if (adapter->netdev->mtu > ETH_DATA_LEN) {
-		...
-	} else {
-		...
-	}
+	rdlen = adapter->rx_ring[0].count * sizeof(struct e1000_rx_desc);
	...
}

@ refill @
@@
- adapter->alloc_rx_buf(adapter, ring, E1000_DESC_UNUSED(ring));
+ e1000_alloc_rx_buffers(adapter, ring);

// Pool and rxq info live as long as the ring

@ create_result @
@@
e1000_setup_rx_resources(...)
{
	struct pci_dev *pdev = adapter->pdev;
+	int err;
	...
}

@ create @
@@
e1000_setup_rx_resources(...)
{
	...
+	err = e1000_create_rx_queue(adapter, rxdr);
+	if (err)
+		return err;
	size = sizeof(struct e1000_rx_buffer) * rxdr->count;
	...
}

@ create_unwind @
@@
e1000_setup_rx_resources(...)
{
	<...
+	xdp_ring_destroy(&rxdr->rxq);
	return -ENOMEM;
	...>
}

@ create_end @
@@
e1000_setup_rx_resources(...)
{
	<...
-	rxdr->rx_skb_top = NULL;
	...>
}

@ destroy @
identifier rx_ring;
@@
e1000_free_rx_resources(struct e1000_adapter *adapter,
			struct e1000_rx_ring *rx_ring)
{
	...
	e1000_clean_rx_ring(adapter, rx_ring);
+	xdp_ring_destroy(&rx_ring->rxq);
	...
}

// With a budget of 0, netpoll's, pages and programs are out of bounds

@ poll @
@@
e1000_clean(...)
{
	...
-	adapter->clean_rx(adapter, &adapter->rx_ring[0], &work_done, budget);
+	if (unlikely(!budget))
+		return 0;
+	work_done = e1000_clean_rx_irq(adapter, &adapter->rx_ring[0], budget);
	...
}

// Frames that the driver drops by itself are counted where people look

@ errors @
expression E;
@@
  netdev->stats.rx_errors = E
+			    + adapter->rx_malformed
  ;

@ length_errors @
@@
  netdev->stats.rx_length_errors = adapter->stats.rlerrc
+				   + adapter->rx_malformed
  ;

// Of the 82542 rev. 2.0 the receiver goes through a reset when a filter or an
// address changes, without a look at NAPI, which would race with it for the
// pool's cache. The ring is set up anew where NAPI is disabled.

@ reset_cleans @
@@
e1000_enter_82542_rst(...)
{
	...
-	struct net_device *netdev = adapter->netdev;
	...
-	if (netif_running(netdev))
-		e1000_clean_all_rx_rings(adapter);
}

@ reset_fills @
@@
e1000_leave_82542_rst(...)
{
	...
-	struct net_device *netdev = adapter->netdev;
	...
-	if (netif_running(netdev)) {
-		...
-	}
+	if (!test_bit(__E1000_DOWN, &adapter->flags))
+		schedule_work(&adapter->reset_task);
}
