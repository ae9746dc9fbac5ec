// SPDX-License-Identifier: GPL-2.0-only
// A ring that is too short is refused: what is set is what was asked for. The core
// has compared the sizes with the largest ones.

@ refused @
@@
e1000_set_ringparam(...)
{
	...
	if ((ring->rx_mini_pending) || (ring->rx_jumbo_pending))
		return -EINVAL;
+	if (ring->rx_pending < E1000_MIN_RXD ||
+	    ring->tx_pending < E1000_MIN_TXD) {
+		NL_SET_ERR_MSG_FMT_MOD(extack,
+				       "a ring has at least %u descriptors for Rx, and %u for Tx",
+				       E1000_MIN_RXD, E1000_MIN_TXD);
+		return -EINVAL;
+	}
	...
}

@ set @
@@
e1000_set_ringparam(...)
{
	...
-	rxdr->count = max(...);
-	rxdr->count = min(...);
-	rxdr->count = ALIGN(rxdr->count, REQ_RX_DESCRIPTOR_MULTIPLE);
-	txdr->count = max(...);
-	txdr->count = min(...);
-	txdr->count = ALIGN(txdr->count, REQ_TX_DESCRIPTOR_MULTIPLE);
+	rxdr->count = ALIGN(ring->rx_pending, REQ_RX_DESCRIPTOR_MULTIPLE);
+	txdr->count = ALIGN(ring->tx_pending, REQ_TX_DESCRIPTOR_MULTIPLE);
	...
}

@ type_without_use @
@@
e1000_set_ringparam(...)
{
	...
-	struct e1000_hw *hw = &adapter->hw;
-	e1000_mac_type mac_type = hw->mac_type;
	...
}
