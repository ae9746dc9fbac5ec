// SPDX-License-Identifier: GPL-2.0-only
// The interface is taken down without RTNL when the bus has an error, when it suspends
// and when the machine shuts down.
// lacks: drivers/net/ethernet/intel/e1000/e1000_main.c netif_queue_set_napi

@ error_is_detected @
identifier netdev, adapter;
@@
e1000_io_error_detected(...)
{
	...
+	rtnl_lock();
	netif_device_detach(netdev);
-	if (state == pci_channel_io_perm_failure)
-		return PCI_ERS_RESULT_DISCONNECT;
+	if (state == pci_channel_io_perm_failure) {
+		rtnl_unlock();
+		return PCI_ERS_RESULT_DISCONNECT;
+	}
	if (netif_running(netdev))
		e1000_down(adapter);
	if (!test_and_set_bit(__E1000_DISABLED, &adapter->flags))
		pci_disable_device(...);
+	rtnl_unlock();
	...
}

@ shut_down @
identifier adapter;
@@
__e1000_shutdown(...)
{
	<...
+	rtnl_lock();
	e1000_down(adapter);
+	rtnl_unlock();
	...>
}
