// SPDX-License-Identifier: GPL-2.0-only
// XDP is offered: the program's place, the operations and the features.

@ adapter @
@@
struct e1000_adapter {
	...
	struct napi_struct napi;
+	struct bpf_prog *xdp_prog;
+	struct xdp_ring_stats xdp_stats;
	...
};

@ ring @
@@
struct e1000_tx_ring {
	...
	u32 xdp_completed;
+	/* and that were posted */
+	u32 xdp_posted;
	...
};

@ empty @
@@
e1000_clean_tx_ring(...)
{
	...
	tx_ring->xdp_completed = 0;
+	tx_ring->xdp_posted = 0;
	...
}

@ operations @
identifier ops;
@@
struct net_device_ops ops = {
	.ndo_change_mtu = e1000_change_mtu,
+	.ndo_bpf		= e1000_bpf,
};

@ features @
@@
e1000_probe(...)
{
	...
-	netdev->max_mtu = MAX_JUMBO_FRAME_SIZE - (ETH_HLEN + ETH_FCS_LEN);
+	e1000_xdp_init(netdev);
	...
}

// A frame that finds the 82547's FIFO stalled stops the queue under the Tx lock, and does
// so often now: XDP may have stalled the FIFO while the stack's queue runs. The task that
// sets the FIFO back must not come in between, as it would wake nobody.

@ stall @
identifier netdev;
statement S;
@@
e1000_82547_tx_fifo_stall_task(...)
{
	...
	struct net_device *netdev = ...;
+	struct netdev_queue *txq = netdev_get_tx_queue(netdev, 0);
	...
+	__netif_tx_lock_bh(txq);
	if (atomic_read(...)) S
+	__netif_tx_unlock_bh(txq);
}

// ndo_bpf refuses a program while rx-fcs is on; this is the other direction

@ fcs @
@@
e1000_fix_features(struct net_device *netdev, netdev_features_t features)
{
	...
+	if (e1000_xdp_attached(netdev) && (features & NETIF_F_RXFCS)) {
+		netdev_warn(netdev,
+			    "rx-fcs stays off: the XDP program would take the FCS for data\n");
+		features &= ~NETIF_F_RXFCS;
+	}
	return features;
}
