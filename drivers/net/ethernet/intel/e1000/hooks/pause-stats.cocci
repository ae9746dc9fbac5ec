// SPDX-License-Identifier: GPL-2.0-only
// ethtool -I -a tells of pause frames, which the device counts by kind.

@ function @
identifier ops;
@@
+static void e1000_get_pause_stats(struct net_device *netdev,
+				  struct ethtool_pause_stats *stats)
+{
+	struct e1000_adapter *adapter = netdev_priv(netdev);
+
+	e1000_update_stats(adapter);
+	stats->tx_pause_frames = adapter->stats.xontxc + adapter->stats.xofftxc;
+	stats->rx_pause_frames = adapter->stats.xonrxc + adapter->stats.xoffrxc;
+}
+
static const struct ethtool_ops ops = { ... };

@ operation @
identifier ops;
@@
struct ethtool_ops ops = {
	.set_pauseparam = e1000_set_pauseparam,
+	.get_pause_stats	= e1000_get_pause_stats,
};
