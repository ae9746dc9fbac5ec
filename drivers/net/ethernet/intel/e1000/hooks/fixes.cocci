// SPDX-License-Identifier: GPL-2.0-only
// Mistakes of the driver that have nothing to do with XDP, and that tests of it
// have come upon.

// Only the CE4100 has these registers, and iounmap() warns of what is no mapping.
@ probe_fails @
identifier hw;
@@
e1000_probe(...)
{
	<...
-	iounmap(hw->ce4100_gbe_mdio_base_virt);
+	if (hw->ce4100_gbe_mdio_base_virt)
+		iounmap(hw->ce4100_gbe_mdio_base_virt);
	...>
}

// pci_disable_device() takes the interrupt away, so it must not have a handler any
// more, as in e1000_suspend(). A device that will not come back goes down as well.
@ error_is_detected @
identifier netdev, adapter;
@@
e1000_io_error_detected(...)
{
	...
	netif_device_detach(netdev);
+	if (netif_running(netdev)) {
+		e1000_down(adapter);
+		e1000_free_irq(adapter);
+	}
	...
-	if (netif_running(netdev))
-		e1000_down(adapter);
	...
}

@ error_is_over @
identifier netdev, adapter;
@@
e1000_io_resume(...)
{
	...
	if (netif_running(netdev)) {
-		if (e1000_up(adapter)) {
+		if (e1000_request_irq(adapter) || e1000_up(adapter)) {
		...
		}
	}
	...
}

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

// After an error of the bus the interface is down and its interrupt freed, until it
// is attached again. Closed meanwhile, or when that fails, it must not be taken down
// once more: napi_disable() would wait for ever.

@ closed @
identifier netdev, adapter;
@@
e1000_close(struct net_device *netdev)
{
	...
-	e1000_down(adapter);
-	e1000_power_down_phy(adapter);
-	e1000_free_irq(adapter);
+	if (netif_device_present(netdev)) {
+		e1000_down(adapter);
+		e1000_power_down_phy(adapter);
+		e1000_free_irq(adapter);
+	}
	...
}

// A TSO frame of many short segments would wait for more descriptors than the ring
// has, and with it everything behind it.
@ tso @
@@
e1000_configure(struct e1000_adapter *adapter)
{
	...
	e1000_configure_tx(adapter);
+	e1000_limit_tso(adapter);
	...
}
