// SPDX-License-Identifier: GPL-2.0-only
// A driver adds frags to a buffer by itself, and the buffer keeps no sum of their
// truesize.
// lacks: include/net/xdp.h xdp_buff_add_frag

@@
@@
xdp_ring_add_frag(struct xdp_buff *xdp, void *va, u32 len)
{
-	return xdp_buff_add_frag(...);
+	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
+
+	if (!xdp_buff_has_frags(xdp)) {
+		sinfo->nr_frags = 0;
+		sinfo->xdp_frags_size = 0;
+		xdp_buff_set_frags_flag(xdp);
+	}
+	if (sinfo->nr_frags == MAX_SKB_FRAGS)
+		return false;
+
+	skb_frag_fill_page_desc(&sinfo->frags[sinfo->nr_frags++],
+				virt_to_page(va),
+				offset_in_page(va) + XDP_RING_HEADROOM, len);
+	sinfo->xdp_frags_size += len;
+	if (page_is_pfmemalloc(virt_to_page(va)))
+		xdp_buff_set_frag_pfmemalloc(xdp);
+	return true;
}

@@
expression sinfo;
@@
- sinfo->xdp_frags_truesize -= XDP_RING_BUF_SIZE;
