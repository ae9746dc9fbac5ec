// SPDX-License-Identifier: GPL-2.0-only
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
