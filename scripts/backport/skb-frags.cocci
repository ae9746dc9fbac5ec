// SPDX-License-Identifier: GPL-2.0-only
// Of a buffer's flags an skb takes one, as a bool, by a function of another name.
// lacks: include/net/xdp.h xdp_update_skb_frags_info

@@
expression skb, nr_frags, size, truesize, xdp;
@@
- xdp_update_skb_frags_info
+ xdp_update_skb_shared_info
  (skb, nr_frags, size, truesize,
-  xdp_buff_get_skb_flags(xdp)
+  xdp_buff_is_frag_pfmemalloc(xdp)
  )
