// SPDX-License-Identifier: GPL-2.0-only
// ethtool -l tells that there is one queue each way, and ethtool -L may ask for that.

@ get @
identifier ops;
@@
+static void e1000_get_channels(struct net_device *netdev,
+			       struct ethtool_channels *channels)
+{
+	channels->max_combined = 1;
+	channels->combined_count = 1;
+}
+
static const struct ethtool_ops ops = { ... };

@ set @
identifier ops;
@@
+/* The core allows no other number than the one that there is */
+static int e1000_set_channels(struct net_device *netdev,
+			      struct ethtool_channels *channels)
+{
+	return 0;
+}
+
static const struct ethtool_ops ops = { ... };

@ operations @
identifier ops;
@@
struct ethtool_ops ops = {
	.set_ringparam = e1000_set_ringparam,
+	.get_channels		= e1000_get_channels,
+	.set_channels		= e1000_set_channels,
};
