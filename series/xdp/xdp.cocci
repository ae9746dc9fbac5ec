// SPDX-License-Identifier: GPL-2.0-only
// Takes off: programs, and transmission of their frames.
// gone: xdp_prog
// gone: xdp_stats
// gone: e1000_xdp_tx_flush
// gone: e1000_xdp_post
// gone: e1000_xdp_attached
// gone: E1000_XDP_MAX_MTU
// gone: e1000_xdp_init
// gone: e1000_bpf

@ no_stats @
@@
e1000_create_rx_queue(...)
{
	struct xdp_ring_config config = {
-		.stats = &adapter->xdp_stats,
	};
	...
}

@ no_program @
@@
e1000_clean_rx_irq(...)
{
	...
-	struct bpf_prog *prog = READ_ONCE(adapter->xdp_prog);
	...
}

@ no_run @
@@
-	next = XDP_RING_TO_STACK;
-	if (prog)
-		next = xdp_ring_run(...);
-	if (next == XDP_RING_TO_STACK)
-		next =
+	next =
	e1000_rx_pass(...);

@ no_end @
@@
-	if (prog)
-		xdp_ring_poll_end(...);

@ no_mtu @
@@
e1000_change_mtu(...)
{
	...
-	if (new_mtu > netdev->max_mtu) { ... }
	...
}

@ no_transmission @
identifier f = { e1000_xdp_can_tx, e1000_xdp_doorbell, e1000_xdp_room,
		 e1000_xdp_fits, e1000_xdp_post_part, e1000_xdp_set_buffer,
		 e1000_xdp_posted, e1000_xdp_post_any, e1000_xdp_one_desc,
		 e1000_xdp_post, e1000_xdp_tx_flush, e1000_xdp_attached,
		 e1000_tx_chunk, e1000_tx_descs, e1000_xdp_max_len };
type T;
@@
- T f(...) { ... }

@ declarations @
identifier f = { e1000_xdp_tx_flush, e1000_bpf, e1000_xdp_init };
type T;
@@
- T f(...);

@ largest_mtu @
expression E;
@@
- #define E1000_XDP_MAX_MTU E
