// SPDX-License-Identifier: GPL-2.0-only
// A frame may find no room although frames before it were posted without a doorbell,
// as more were to come: the next one may need more descriptors than are asked for in
// advance. Nobody else rings for them.
@ no_room @
@@
-	if (unlikely(e1000_maybe_stop_tx(netdev, tx_ring, count + 2)))
-		return NETDEV_TX_BUSY;
+	if (unlikely(e1000_maybe_stop_tx(netdev, tx_ring, count + 2))) {
+		/* The frames before this one may wait for their doorbell */
+		writel(tx_ring->next_to_use, hw->hw_addr + tx_ring->tdt);
+		return NETDEV_TX_BUSY;
+	}
