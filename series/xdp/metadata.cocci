// SPDX-License-Identifier: GPL-2.0-only
// Takes off: what a program can ask of a frame.
// gone: e1000_xdp_rx_vlan_tag
// gone: e1000_xdp_metadata_ops

@ function @
@@
- static int e1000_xdp_rx_vlan_tag(...) { ... }

@ operations @
@@
- static const struct xdp_metadata_ops e1000_xdp_metadata_ops = { ... };

@ offered @
@@
e1000_xdp_init(...)
{
	...
-	netdev->xdp_metadata_ops = &e1000_xdp_metadata_ops;
	...
}
