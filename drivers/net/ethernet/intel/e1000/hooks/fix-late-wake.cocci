// SPDX-License-Identifier: GPL-2.0-only
// Between netif_tx_disable() and napi_disable() a completion may wake the queue: the
// stack transmits into a ring that is being cleaned, and on the 82547 it schedules
// the task that waits for the FIFO. With DOWN set nobody wakes the queue any more.

@ goes_down @
identifier adapter, netdev;
@@
e1000_down(struct e1000_adapter *adapter)
{
	...
	netif_tx_disable(netdev);
	...
	e1000_down_and_stop(adapter);
+	/* A completion may have woken the queue until now */
+	netif_tx_disable(netdev);
+	cancel_delayed_work_sync(&adapter->fifo_stall_task);
	...
}

@ stalls @
identifier adapter, netdev;
@@
e1000_82547_tx_fifo_stall_task(...)
{
	...
	struct net_device *netdev = adapter->netdev;
	u32 tctl;
+
+	if (test_bit(__E1000_DOWN, &adapter->flags))
+		return;
	...
}
