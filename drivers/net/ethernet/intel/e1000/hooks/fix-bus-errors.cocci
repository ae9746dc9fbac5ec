// SPDX-License-Identifier: GPL-2.0-only
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
