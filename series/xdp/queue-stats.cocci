// SPDX-License-Identifier: GPL-2.0-only
// Takes off: the statistics of each queue.
// gone: e1000_stat_ops
// gone: netdev_queue_stats_rx
// gone: netdev_queue_stats_tx
// gone: netdev_queues.h

@ header @
@@
- #include <net/netdev_queues.h>

@ functions @
identifier f = { e1000_get_queue_stats_rx, e1000_get_queue_stats_tx,
		 e1000_get_base_stats };
@@
- static void f(...) { ... }

@ operations @
@@
- static const struct netdev_stat_ops e1000_stat_ops = { ... };

@ offered @
@@
e1000_xdp_init(...)
{
	...
-	netdev->stat_ops = &e1000_stat_ops;
	...
}
