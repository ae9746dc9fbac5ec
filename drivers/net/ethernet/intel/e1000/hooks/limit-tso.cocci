// SPDX-License-Identifier: GPL-2.0-only
// A TSO frame of many short segments would wait for more descriptors than the ring
// has, and with it everything behind it.

@ too_long @
@@
	if (adapter->pcix_82544)
		count += nr_frags;
+
+	/* What the ring cannot hold would wait for ever */
+	if (unlikely(count + 2 >= tx_ring->count)) {
+		netdev->stats.tx_dropped++;
+		dev_kfree_skb_any(skb);
+		goto out_doorbell;
+	}

@ tso @
@@
e1000_configure(struct e1000_adapter *adapter)
{
	...
	e1000_configure_tx(adapter);
+	e1000_limit_tso(adapter);
	...
}
