// SPDX-License-Identifier: GPL-2.0-only
// Each driver makes the skb of a frame by itself. The skb takes one flag of a buffer
// with frags, as a bool.
// lacks: include/net/xdp.h xdp_build_skb_from_buff

@@
@@
+static inline struct sk_buff *xdp_build_skb_from_buff(struct xdp_buff *xdp)
+{
+	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
+	bool has_frags = xdp_buff_has_frags(xdp);
+	u32 metalen = xdp->data - xdp->data_meta;
+	u32 nr_frags;
+	u32 size;
+	struct sk_buff *skb;
+
+	/* napi_build_skb() wipes the count, which lies in the same place */
+	if (unlikely(has_frags)) {
+		nr_frags = sinfo->nr_frags;
+		size = sinfo->xdp_frags_size;
+	}
+
+	skb = napi_build_skb(xdp->data_hard_start, xdp->frame_sz);
+	if (unlikely(!skb))
+		return NULL;
+
+	skb_mark_for_recycle(skb);
+	skb_record_rx_queue(skb, xdp->rxq->queue_index);
+	skb_reserve(skb, xdp->data - xdp->data_hard_start);
+	__skb_put(skb, xdp->data_end - xdp->data);
+	if (metalen)
+		skb_metadata_set(skb, metalen);
+	if (unlikely(has_frags))
+		xdp_update_skb_shared_info(skb, nr_frags, size,
+					   nr_frags * xdp->frame_sz,
+					   xdp_buff_is_frag_pfmemalloc(xdp));
+	skb->protocol = eth_type_trans(skb, xdp->rxq->dev);
+	return skb;
+}
+
 xdp_ring_linear(const struct xdp_ring_rxq *rxq)
 { ... }
