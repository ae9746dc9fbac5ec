// SPDX-License-Identifier: GPL-2.0-only
// e1000_down() unties the queues from their NAPI, and of what takes the interface up
// again only e1000_open() ties them. Whoever ties them has RTNL.
// mends: netif_queue_set_napi
// may be there already: error_is_over

@ goes_up @
identifier adapter;
@@
e1000_up(struct e1000_adapter *adapter)
{
	...
	napi_enable(&adapter->napi);
+	netif_queue_set_napi(adapter->netdev, 0, NETDEV_QUEUE_TYPE_RX,
+			     &adapter->napi);
+	netif_queue_set_napi(adapter->netdev, 0, NETDEV_QUEUE_TYPE_TX,
+			     &adapter->napi);
	...
}

@ resumes @
identifier netdev, adapter;
@@
+	rtnl_lock();
	if (netif_running(netdev))
		e1000_up(adapter);
	netif_device_attach(netdev);
+	rtnl_unlock();

@ error_is_over @
identifier netdev, adapter;
@@
e1000_io_resume(...)
{
	...
+	rtnl_lock();
	if (netif_running(netdev)) {
		if (e1000_up(adapter)) {
			pr_info(...);
+			rtnl_unlock();
			return;
		}
	}
	netif_device_attach(netdev);
+	rtnl_unlock();
}
