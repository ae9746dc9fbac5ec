// SPDX-License-Identifier: GPL-2.0-only
// ethtool --set-tunable sets up to which length frames are copied.

@ operations @
identifier ops;
@@
struct ethtool_ops ops = {
	.set_ringparam = e1000_set_ringparam,
+	.get_tunable		= e1000_get_tunable,
+	.set_tunable		= e1000_set_tunable,
};
