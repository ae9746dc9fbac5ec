// SPDX-License-Identifier: GPL-2.0-only
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
