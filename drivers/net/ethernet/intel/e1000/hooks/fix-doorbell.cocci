// SPDX-License-Identifier: GPL-2.0-only
// Frames may have been posted without a doorbell, as more were to come. When the next
// one is dropped, or finds no room, nobody else rings for them.

@ posted @
statement S;
@@
	if (count) {
		...
-		if (!netdev_xmit_more() ||
-		    netif_xmit_stopped(netdev_get_tx_queue(netdev, 0))) {
-			writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
-		}
	}
	else S
+
+out_doorbell:
+	/* Earlier frames may wait for it, too */
+	if (!netdev_xmit_more() ||
+	    netif_xmit_stopped(netdev_get_tx_queue(netdev, 0)))
+		writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
	return NETDEV_TX_OK;

@ padded @
@@
	if (eth_skb_pad(skb))
-		return NETDEV_TX_OK;
+		goto out_doorbell;

@ dropped @
@@
	dev_kfree_skb_any(skb);
-	return NETDEV_TX_OK;
+	goto out_doorbell;

@ no_room @
@@
-	if (unlikely(e1000_maybe_stop_tx(netdev, tx_ring, count + 2)))
-		return NETDEV_TX_BUSY;
+	if (unlikely(e1000_maybe_stop_tx(netdev, tx_ring, count + 2))) {
+		/* The frames before this one may wait for their doorbell */
+		writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
+		return NETDEV_TX_BUSY;
+	}

@ no_room_in_the_fifo @
expression is_82547;
@@
if (unlikely(is_82547 && (e1000_82547_fifo_workaround(adapter, skb)))) {
+	/* The task waits until all that was posted is out */
+	writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
	netif_stop_queue(netdev);
	...
}
