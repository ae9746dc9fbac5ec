// SPDX-License-Identifier: GPL-2.0-only
// ethtool -S: the verdicts. (rx_malformed is added to the table in
// scripts/assemble, as spatch breaks the lines of such an initializer.)

@ length @
@@
- #define E1000_QUEUE_STATS_LEN 0
+ #define E1000_QUEUE_STATS_LEN XDP_RING_STATS_LEN

@ values @
@@
e1000_get_ethtool_stats(...)
{
	...
	for (i = 0; i < E1000_GLOBAL_STATS_LEN; i++, stat++) { ... }
+	xdp_ring_get_stats(&adapter->xdp_stats, data + i);
}

@ names @
@@
e1000_get_strings(...)
{
	<...
	for (i = 0; i < E1000_GLOBAL_STATS_LEN; i++) { ... }
+	xdp_ring_get_strings(&p);
	...>
}
