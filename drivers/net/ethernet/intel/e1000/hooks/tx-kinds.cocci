// SPDX-License-Identifier: GPL-2.0-only
// A Tx descriptor may belong to an XDP frame; what it holds is freed by kind.
// BQL counts the stack's frames alone, on both sides. NAPI's budget reaches
// the place where buffers are freed: with 0, netpoll's, XDP frames stay.
// gone: e1000_82547_fifo_workaround

@ buffer @
@@
struct e1000_tx_buffer {
-	struct sk_buff *skb;
+	union {
+		struct sk_buff *skb;
+		struct page *page;
+		struct xdp_frame *xdpf;
+	};
	...
	bool mapped_as_page;
+	u8 kind;
	...
};

@ ring @
@@
struct e1000_tx_ring {
	...
	bool last_tx_tso;
+	bool xdp_unsent;
	...
};

@ free @
@@
e1000_unmap_and_free_tx_resource(...)
{
	...
+	if (unlikely(buffer_info->kind))
+		e1000_xdp_free_tx(buffer_info, budget);
	if (buffer_info->skb) {
		...
	}
	...
}

@ budget_definition @
@@
e1000_clean_tx_irq(struct e1000_adapter *adapter,
-		   struct e1000_tx_ring *tx_ring)
+		   struct e1000_tx_ring *tx_ring, int budget)
{ ... }

@ budget_prototype @
@@
bool e1000_clean_tx_irq(struct e1000_adapter *adapter,
-		   struct e1000_tx_ring *tx_ring);
+		   struct e1000_tx_ring *tx_ring, int budget);

@ budget_call @
@@
- e1000_clean_tx_irq(adapter, &adapter->tx_ring[0])
+ e1000_clean_tx_irq(adapter, &adapter->tx_ring[0], budget)

@ rest @
@@
e1000_clean(...)
{
	...
+	if (unlikely(READ_ONCE(adapter->tx_ring->xdp_unsent) && budget))
+		e1000_xdp_send_rest(adapter);
	tx_clean_complete = e1000_clean_tx_irq(...);
	...
}

@ budget_free @
@@
e1000_clean_tx_irq(...)
{
	<...
	e1000_unmap_and_free_tx_resource(adapter, buffer_info,
-					 64
+					 budget
					 );
	...>
}

@ budget_none @
@@
e1000_clean_tx_irq(...)
{
	<...
	bool cleaned = false;
+	unsigned int xdp;
	...
+	if (unlikely(!budget && tx_ring->buffer_info[eop].kind))
+		break;
+	xdp = e1000_xdp_clean_short(adapter, tx_ring, &i, &total_tx_bytes);
+	total_tx_packets += xdp;
+	count += xdp;
+	cleaned = xdp;
	for (;!cleaned;count++) { ... }
	...>
}

// What netpoll leaves in its place does not hang

@ hang @
@@
e1000_clean_tx_irq(...)
{
	<...
	if (
-	    adapter->detect_tx_hung
+	    budget && adapter->detect_tx_hung
	   ) { ... }
	...>
}

@ bql @
@@
e1000_clean_tx_irq(...)
{
	<...
	if (
-	    buffer_info->skb
+	    !buffer_info->kind && buffer_info->skb
	   ) { ... }
	...>
}

// The 82547's FIFO takes XDP frames as well, which are no skbs

@ fifo_prototype @
@@
- static int e1000_82547_fifo_workaround(struct e1000_adapter *adapter,
-					 struct sk_buff *skb);

@ fifo @
@@
- static int e1000_82547_fifo_workaround(struct e1000_adapter *adapter,
-					 struct sk_buff *skb) { ... }

@ fifo_header @
expression E;
@@
- #define E1000_FIFO_HDR E

@ fifo_pad @
expression E;
@@
- #define E1000_82547_PAD_LEN E

@ fifo_call @
expression is_82547;
@@
if (unlikely(is_82547 && (
-	     e1000_82547_fifo_workaround(adapter, skb)
+	     !e1000_82547_reserve_fifo(adapter, skb->len)
   ))) {
+	/* The task waits until all that was posted is out */
+	writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
	netif_stop_queue(netdev);
	...
}

// Between netif_tx_disable() and napi_disable() a completion may wake the
// queue, and ndo_xdp_xmit may have looked at the carrier before it went off.
// With DOWN set and the queue locked once more both are out for good, and so
// is what they may have scheduled.

@ down @
@@
void e1000_down(...)
{
	...
	e1000_down_and_stop(adapter);
+	netif_tx_disable(netdev);
+	cancel_delayed_work_sync(&adapter->fifo_stall_task);
	...
}
