// SPDX-License-Identifier: GPL-2.0-only
// Each stop of a queue tells dev_watchdog() that it has just sent. A hang is
// detected every two seconds, and dev_watchdog() waits for five.

@ hang_is_detected @
identifier adapter, netdev;
@@
e1000_clean_tx_irq(...)
{
	<...
	e1000_dump(adapter);
-	netif_stop_queue(netdev);
+	if (!netif_queue_stopped(netdev))
+		netif_stop_queue(netdev);
	...>
}
