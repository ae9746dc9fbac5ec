// SPDX-License-Identifier: GPL-2.0-only
// One Rx routine on a page_pool for every MTU: the frag, jumbo and copybreak
// routines go, and with them the choice between them. A buffer always takes
// 2048 bytes, so a change of the MTU no longer changes the buffers.
// gone: e1000_clean_jumbo_rx_irq
// gone: e1000_alloc_jumbo_rx_buffers
// gone: e1000_alloc_dummy_rx_buffers
// gone: e1000_alloc_rx_skb
// gone: e1000_consume_page
// gone: e1000_copybreak
// gone: e1000_alloc_frag
// gone: e1000_frag_len
// gone: copybreak
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
+	/* drop what comes until the end of a frame */
+	bool discarding;
	...
};

@ adapter @
@@
struct e1000_adapter {
	...
-	bool (*clean_rx)(...);
-	void (*alloc_rx_buf)(...);
	...
	u32 alloc_rx_buff_failed;
+	u32 rx_malformed;
	...
-	bool discarding;
	...
};

@ main_include @
@@
+ #include "e1000_xdp.h"
#include <net/ip6_checksum.h>

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
		 e1000_change_mtu, e1000_setup_rctl,
		 e1000_set_rx_mode };
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

@ copybreak_default @
expression E;
@@
- #define COPYBREAK_DEFAULT E

@ copybreak_variable @
@@
- static unsigned int copybreak = COPYBREAK_DEFAULT;

@ copybreak_parameter @
declarer name module_param;
@@
- module_param(copybreak, uint, 0644);

@ copybreak_text @
declarer name MODULE_PARM_DESC;
expression E;
@@
- MODULE_PARM_DESC(copybreak, E);

@ copybreak_greeting @
identifier init = e1000_init_module;
@@
init(...)
{
	<...
-	if (copybreak != COPYBREAK_DEFAULT) { ... }
	...>
}

// Functions that e1000_rx.c calls

@ shared @
identifier f = { e1000_rx_checksum, e1000_receive_skb,
		 e1000_tbi_should_accept, e1000_setup_rctl,
		 e1000_set_rx_mode };
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

// With the same buffers for all, what decides which frames are received can
// change while they are

@ features @
@@
e1000_set_features(...)
{
	<...
-	e1000_reinit_locked(adapter);
+	e1000_apply_rx_features(adapter);
	...>
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

// A write to the tail costs more than anything else in a poll

@ batch @
@@
- #define E1000_RX_BUFFER_WRITE 16
+ #define E1000_RX_BUFFER_WRITE 32
