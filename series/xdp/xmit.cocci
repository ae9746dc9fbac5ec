// SPDX-License-Identifier: GPL-2.0-only
// Takes off: frames that are redirected here.
// gone: e1000_xdp_xmit
// gone: e1000_xdp_flush_unsent
// gone: xdp_unsent
// gone: NETDEV_XDP_ACT_NDO_XMIT
// gone: NETDEV_XDP_ACT_NDO_XMIT_SG

@ features @
expression E;
@@
- #define E1000_XDP_FEATURES E

@ offered @
@@
e1000_xdp_init(...)
{
	...
-	netdev->xdp_features = E1000_XDP_FEATURES;
+	netdev->xdp_features = NETDEV_XDP_ACT_BASIC;
+	netdev->xdp_features |= NETDEV_XDP_ACT_REDIRECT | NETDEV_XDP_ACT_RX_SG;
	...
}

@ functions @
identifier f = { e1000_xdp_xmit, e1000_xdp_flush_unsent };
type T;
@@
- T f(...) { ... }

@ declarations @
identifier f = { e1000_xdp_xmit, e1000_xdp_flush_unsent };
type T;
@@
- T f(...);

@ unsent @
@@
e1000_xdp_doorbell(...)
{
	...
-	WRITE_ONCE(tx_ring->xdp_unsent, false);
	...
}
