// SPDX-License-Identifier: GPL-2.0-only
// pci_disable_device() takes the interrupt away, so it must not have a handler any
// more, as in e1000_suspend(). A device that will not come back goes down as well.
//
// After an error of the bus the interface is down and its interrupt freed, until it
// is attached again. What else takes it down must not do so meanwhile: napi_disable()
// would wait for ever. RTNL keeps all of this apart.

@ error_is_detected @
identifier netdev, adapter;
@@
e1000_io_error_detected(...)
{
	...
	struct e1000_adapter *adapter = netdev_priv(netdev);
+	bool is_up;
	rtnl_lock();
+	is_up = netif_running(netdev) && netif_device_present(netdev);
	netif_device_detach(netdev);
+	if (is_up) {
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
+	rtnl_lock();
	if (netif_running(netdev)) {
-		if (e1000_up(adapter)) {
+		if (e1000_request_irq(adapter) || e1000_up(adapter)) {
			pr_info(...);
+			rtnl_unlock();
			return;
		}
	}
	netif_device_attach(netdev);
+	rtnl_unlock();
}

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

@ shut_down @
identifier netdev, adapter;
@@
__e1000_shutdown(...)
{
	...
	u32 wufc = adapter->wol;
+	bool is_up;
+
+	rtnl_lock();
+	is_up = netif_running(netdev) && netif_device_present(netdev);
	netif_device_detach(netdev);
-	if (netif_running(netdev)) {
+	if (is_up) {
		...
-		rtnl_lock();
		e1000_down(adapter);
-		rtnl_unlock();
	}
+	rtnl_unlock();
	...
-	if (netif_running(netdev))
+	if (is_up)
		e1000_free_irq(adapter);
	...
}
