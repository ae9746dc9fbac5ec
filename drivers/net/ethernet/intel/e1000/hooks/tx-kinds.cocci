// SPDX-License-Identifier: GPL-2.0-only
// A Tx descriptor may belong to an XDP frame; what it holds is freed by kind, in
// e1000_complete_tx(). BQL counts the stack's frames alone, on both sides.
// gone: e1000_82547_fifo_workaround
// gone: pkts_compl
// gone: tx_clean_complete
// gone: bytes_compl

@ buffer @
@@
struct e1000_tx_buffer {
-	struct sk_buff *skb;
+	union {
+		struct sk_buff *skb;
+		void *data;
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
	struct e1000_tx_buffer *buffer_info;
+	/* XDP frames that wait for a poll with a budget to be freed */
+	struct e1000_tx_buffer *parking;
+	unsigned int parked;
+	/* behind the last frame that is posted: next_to_use may stand behind
+	 * the context of one whose data is not there yet
+	 */
+	unsigned int frames_end;
+	/* descriptors that the stack's next frame needs, if it waits */
+	unsigned int stack_needs;
+	/* XDP's descriptors that were completed so far, modulo 2^32 */
+	u32 xdp_completed;
	...
	bool last_tx_tso;
	...
};

@ parking @
@@
e1000_setup_tx_resources(...)
{
	...
-	txdr->buffer_info = vzalloc(size);
+	/* The second half is for netpoll, which frees no XDP frames */
+	txdr->buffer_info = vzalloc(2 * size);
	if (!txdr->buffer_info)
		return -ENOMEM;
+	txdr->parking = txdr->buffer_info + txdr->count;
	...
}

@ free @
@@
- static
  void e1000_unmap_and_free_tx_resource(struct e1000_adapter *adapter,
				 struct e1000_tx_buffer *buffer_info,
				 int budget)
{
+	if (unlikely(buffer_info->kind)) {
+		e1000_xdp_free_tx(adapter, buffer_info);
+		return;
+	}
	...
}

@ clean @
@@
e1000_clean_tx_ring(...)
{
	...
	netdev_reset_queue(adapter->netdev);
+	e1000_free_parked_tx(adapter, tx_ring);
	...
	tx_ring->last_tx_tso = false;
+	tx_ring->frames_end = 0;
+	tx_ring->stack_needs = 0;
+	tx_ring->xdp_completed = 0;
	...
}

@ budget_definition @
@@
- bool
+ void
e1000_clean_tx_irq(struct e1000_adapter *adapter,
-		   struct e1000_tx_ring *tx_ring)
+		   struct e1000_tx_ring *tx_ring, int budget)
{ ... }

@ budget_prototype @
@@
- bool
+ void
e1000_clean_tx_irq(struct e1000_adapter *adapter,
-		   struct e1000_tx_ring *tx_ring);
+		   struct e1000_tx_ring *tx_ring, int budget);

// A completion is never cut short: one descriptor of a ring is always unused.

@ budget_call @
@@
- tx_clean_complete = e1000_clean_tx_irq(adapter, &adapter->tx_ring[0]);
+ e1000_clean_tx_irq(adapter, &adapter->tx_ring[0], budget);

@ always_complete @
@@
- if (!tx_clean_complete || work_done == budget)
+ if (work_done == budget)
	return budget;

@ no_result @
@@
- int tx_clean_complete = 0;

// The loop is e1000_complete_tx()'s. (A statement S takes spatch no time, what is
// written { ... } a minute and more.)

@ complete @
@@
- i = tx_ring->next_to_clean;
+ i = e1000_complete_tx(adapter, tx_ring, budget, &done);
  eop = tx_ring->buffer_info[i].next_to_watch;

@ loop @
expression E;
statement S;
@@
- while (E && (count < tx_ring->count)) S

@ bql @
@@
  netdev_completed_queue(netdev,
-			 pkts_compl, bytes_compl
+			 done.skbs, done.skb_bytes
			 )

@ totals @
@@
-	adapter->total_tx_bytes += total_tx_bytes;
-	adapter->total_tx_packets += total_tx_packets;
-	netdev->stats.tx_bytes += total_tx_bytes;
-	netdev->stats.tx_packets += total_tx_packets;
-	return count < tx_ring->count;
+	adapter->total_tx_bytes += done.bytes;
+	adapter->total_tx_packets += done.packets;
+	netdev->stats.tx_bytes += done.bytes;
+	netdev->stats.tx_packets += done.packets;

@ done @
@@
e1000_clean_tx_irq(...)
{
	...
	struct net_device *netdev = adapter->netdev;
+	struct e1000_tx_done done = {};
	...
}

@ variables_without_use @
identifier v = { tx_desc, buffer_info, count, total_tx_bytes,
		 total_tx_packets, bytes_compl, pkts_compl };
constant C;
type T;
@@
e1000_clean_tx_irq(...)
{
	<...
(
-	T v;
|
-	T v = C;
)
	...>
}

// Completions come while a frame is being posted

@ whole @
@@
e1000_tx_queue(...)
{
	...
	tx_ring->next_to_use = i;
+	/* Pairs with smp_load_acquire() in e1000_complete_tx() */
+	smp_store_release(&tx_ring->frames_end, i);
}

// The stack is woken when there is room for what it waits to send. It is also woken
// without carrier, as nothing would wake it later: then the ring is empty.

@ wake @
@@
e1000_clean_tx_irq(...)
{
	<...
	if (unlikely(
-	    count
+	    done.descs
-	    && netif_carrier_ok(netdev)
	    && E1000_DESC_UNUSED(tx_ring) >=
-	    TX_WAKE_THRESHOLD
+	    e1000_stack_needs(tx_ring)
	    )) { ... }
	...>
}

@ needs @
identifier tx_ring, netdev, size;
@@
__e1000_maybe_stop_tx(struct net_device *netdev, int size)
{
	...
	struct e1000_tx_ring *tx_ring = adapter->tx_ring;
+
+	/* An empty ring has to be enough */
+	size = min_t(int, size, tx_ring->count - 1);
+	WRITE_ONCE(tx_ring->stack_needs, size);
	netif_stop_queue(netdev);
	...
}

@ needs_no_more @
@@
e1000_xmit_frame(...)
{
	<...
	netdev_sent_queue(netdev, skb->len);
+	WRITE_ONCE(tx_ring->stack_needs, 0);
	...>
}

// What netpoll leaves in its place does not hang, nor does an empty ring

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

@ hang_of_what @
@@
e1000_clean_tx_irq(...)
{
	<...
	if (
-	    tx_ring->buffer_info[eop].time_stamp
+	    done.is_pending && tx_ring->buffer_info[eop].time_stamp
	    && time_after(...) && !(...)) { ... }
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
statement S;
@@
if (unlikely(is_82547 && (
-	     e1000_82547_fifo_workaround(adapter, skb)
+	     !e1000_82547_reserve_fifo(adapter, skb->len)
   ))) S
