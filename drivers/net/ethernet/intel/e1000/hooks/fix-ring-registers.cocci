// SPDX-License-Identifier: GPL-2.0-only
// A ring that e1000_configure_tx() or e1000_configure_rx() has not seen has no registers:
// an offset of 0 is the device's control register. (The routine for Rx goes later, with
// the others for Rx.)

@ cleaned @
identifier adapter, rx_ring, hw;
@@
e1000_clean_rx_ring(struct e1000_adapter *adapter, struct e1000_rx_ring *rx_ring)
{
	...
-	writel(0, hw->hw_addr + rx_ring->rdh);
-	writel(0, hw->hw_addr + rx_ring->rdt);
+	/* A ring that the device was never given has no registers */
+	if (rx_ring->rdh) {
+		writel(0, hw->hw_addr + rx_ring->rdh);
+		writel(0, hw->hw_addr + rx_ring->rdt);
+	}
}

@ cleaned_tx @
identifier adapter, tx_ring, hw;
@@
e1000_clean_tx_ring(struct e1000_adapter *adapter, struct e1000_tx_ring *tx_ring)
{
	...
-	writel(0, hw->hw_addr + tx_ring->tdh);
-	writel(0, hw->hw_addr + tx_ring->tdt);
+	/* A ring that the device was never given has no registers */
+	if (tx_ring->tdh) {
+		writel(0, hw->hw_addr + tx_ring->tdh);
+		writel(0, hw->hw_addr + tx_ring->tdt);
+	}
}
