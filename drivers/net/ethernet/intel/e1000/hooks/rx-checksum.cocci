// SPDX-License-Identifier: GPL-2.0-only
// The device checks sums from the beginning, and ethtool -k says so.

@ feature @
@@
e1000_probe(...)
{
	...
	e1000_check_options(adapter);
+	if (adapter->rx_csum && hw->mac_type >= e1000_82543)
+		netdev->features |= NETIF_F_RXCSUM;
	...
}
