// SPDX-License-Identifier: GPL-2.0-only
// Other groups and addresses are not in RCTL.

@ write @
@@
e1000_set_rx_mode(...)
{
	...
-	ew32(RCTL, rctl);
+	if (rctl != er32(RCTL))
+		ew32(RCTL, rctl);
	...
}
