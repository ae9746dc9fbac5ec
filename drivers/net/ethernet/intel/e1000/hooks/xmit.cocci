// SPDX-License-Identifier: GPL-2.0-only
// Frames that are redirected here. Those that were left without a doorbell are sent
// by the next poll.

@ ring @
@@
struct e1000_tx_ring {
	...
	bool last_tx_tso;
+	bool xdp_unsent;
	...
};

@ empty @
@@
e1000_clean_tx_ring(...)
{
	...
	tx_ring->last_tx_tso = false;
+	tx_ring->xdp_unsent = false;
	...
}

@ operation @
identifier ops;
@@
struct net_device_ops ops = {
	.ndo_bpf = e1000_bpf,
+	.ndo_xdp_xmit		= e1000_xdp_xmit,
};

@ rest @
@@
e1000_clean(...)
{
	...
+	if (unlikely(READ_ONCE(adapter->tx_ring->xdp_unsent) && budget))
+		e1000_xdp_flush_unsent(adapter);
	e1000_clean_tx_irq(...);
	...
}
