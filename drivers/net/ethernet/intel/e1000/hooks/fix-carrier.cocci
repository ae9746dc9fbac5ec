// SPDX-License-Identifier: GPL-2.0-only
// Between the carrier going off and the end of the watchdog, the watchdog may find
// the link as it was, and the carrier off: it sets it again. If the link is back
// when it is next asked for, nobody enables Tx any more, which the reset disables.

@ goes_down @
identifier adapter, netdev;
@@
e1000_down(struct e1000_adapter *adapter)
{
	...
	netif_carrier_off(netdev);
	...
	e1000_down_and_stop(adapter);
+	/* The watchdog may have set it again */
+	netif_carrier_off(netdev);
	...
}
