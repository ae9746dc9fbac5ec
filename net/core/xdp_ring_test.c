// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of xdp_ring: collecting, trimming and padding frames, with each
 * buffer accounted for.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <net/xdp_ring.h>

#define BUF_LEN		2048
#define RING_LEN	64

struct xdp_ring_fixture {
	struct net_device *netdev;
	struct device *dev;
	struct napi_struct napi;
	struct bpf_net_context bpf;
	struct xdp_ring_stats stats;
	struct xdp_ring_rxq rxq;
	struct xdp_ring_rxq other;	/* not made yet */
};

static int xdp_ring_test_poll(struct napi_struct *napi, int budget)
{
	return 0;
}

static struct xdp_ring_config config_of(struct xdp_ring_fixture *fixture)
{
	return (struct xdp_ring_config) {
		.netdev		= fixture->netdev,
		.napi		= &fixture->napi,
		.dev		= fixture->dev,
		.stats		= &fixture->stats,
		.count		= RING_LEN,
		.buf_len	= BUF_LEN,
	};
}

static int xdp_ring_test_init(struct kunit *test)
{
	struct xdp_ring_fixture *fixture;
	struct xdp_ring_config config;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	fixture->dev = kunit_device_register(test, "xdp_ring");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fixture->dev);
	KUNIT_ASSERT_EQ(test, 0,
			dma_coerce_mask_and_coherent(fixture->dev,
						     DMA_BIT_MASK(64)));
	fixture->netdev = alloc_etherdev(0);
	KUNIT_ASSERT_NOT_NULL(test, fixture->netdev);
	netif_napi_add(fixture->netdev, &fixture->napi, xdp_ring_test_poll);
	xdp_ring_stats_init(&fixture->stats);

	config = config_of(fixture);
	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(&fixture->rxq, &config));
	test->priv = fixture;
	/* As in NAPI, until this thread ends with the test */
	bpf_net_ctx_set(&fixture->bpf);
	return 0;
}

/* The pool takes buffers back into its cache in its own NAPI */
static void enter_napi(struct xdp_ring_fixture *fixture)
{
	local_bh_disable();
	WRITE_ONCE(fixture->napi.list_owner, smp_processor_id());
}

static void leave_napi(struct xdp_ring_fixture *fixture)
{
	WRITE_ONCE(fixture->napi.list_owner, -1);
	local_bh_enable();
}

static void xdp_ring_test_exit(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct page_pool *pool;

	if (!fixture)
		return;
	/* Whatever was allocated is back in the pool's cache, or freed; but for
	 * the page that the next buffers come from, where one holds several
	 */
	enter_napi(fixture);
	xdp_ring_reset(&fixture->rxq);
	leave_napi(fixture);
	pool = fixture->rxq.pool;
	KUNIT_EXPECT_EQ(test, pool->pages_state_hold_cnt, pool->alloc.count +
			!!pool->frag_page +
			atomic_read(&pool->pages_state_release_cnt));
	xdp_ring_destroy(&fixture->rxq);
	netif_napi_del(&fixture->napi);
	free_netdev(fixture->netdev);
}

static struct xdp_ring_buf alloc_buf(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_buf buf;

	KUNIT_ASSERT_TRUE(test, xdp_ring_alloc_buf(&fixture->rxq, &buf));
	return buf;
}

/* Hand a buffer to the queue */
static bool add(struct kunit *test, u32 len, bool eop)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_buf buf = alloc_buf(test);
	bool added;

	added = xdp_ring_add_buf(&fixture->rxq, &buf, len, eop);
	if (!added)
		xdp_ring_free_buf(&fixture->rxq, buf.va, true);
	return added;
}

static void expect_frame(struct kunit *test, u32 linear, u32 frags, u32 len)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_buff *xdp = &fixture->rxq.xdp;

	KUNIT_EXPECT_EQ(test, xdp->data_end - xdp->data, linear);
	KUNIT_EXPECT_EQ(test, xdp_get_buff_len(xdp), len);
	KUNIT_EXPECT_EQ(test, xdp_buff_has_frags(xdp), frags > 0);
	if (frags)
		KUNIT_EXPECT_EQ(test, frags,
				xdp_get_shared_info_from_buff(xdp)->nr_frags);
}

static void xdp_ring_collects_one_buffer(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_buff *xdp = &fixture->rxq.xdp;

	KUNIT_EXPECT_TRUE(test, add(test, 1518, false));
	expect_frame(test, 1518, 0, 1518);
	KUNIT_EXPECT_EQ(test, xdp->data - xdp->data_hard_start,
			XDP_RING_HEADROOM);
	KUNIT_EXPECT_PTR_EQ(test, xdp->data_meta, xdp->data);

	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, 1514, 0, 1514);
}

static void xdp_ring_collects_frags(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, 100, false));
	expect_frame(test, BUF_LEN, 2, 2 * BUF_LEN + 100);

	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 2, 2 * BUF_LEN + 96);
}

static void xdp_ring_trims_a_whole_frag(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, 4, false));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 1, 2 * BUF_LEN);
}

static void xdp_ring_trims_across_frags(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, 1, false));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 1, 2 * BUF_LEN - 3);
}

static void xdp_ring_trims_back_to_linear(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, 3, false));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN - 1, 0, BUF_LEN - 1);
}

static void xdp_ring_refuses_too_many_frags(struct kunit *test)
{
	u32 i;

	for (i = 0; i < XDP_RING_MAX_PARTS; i++)
		KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_FALSE(test, add(test, BUF_LEN, false));
	expect_frame(test, BUF_LEN, MAX_SKB_FRAGS,
		     XDP_RING_MAX_PARTS * BUF_LEN);
}

/* What comes until a frame's end is refused with it */
static void xdp_ring_refuses_the_rest_of_a_frame(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct xdp_ring_buf buf;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	buf = alloc_buf(test);
	xdp_ring_refuse(rxq, &buf, false);
	KUNIT_EXPECT_FALSE(test, add(test, BUF_LEN, false));
	buf = alloc_buf(test);
	xdp_ring_refuse(rxq, &buf, true);
	KUNIT_EXPECT_TRUE(test, add(test, 60, false));
	expect_frame(test, 60, 0, 60);
}

/* A buffer's worth of room whose last bytes are full, but for a header */
static struct xdp_ring_frame make_short(struct kunit *test, u8 *room,
					u32 tailroom)
{
	KUNIT_ASSERT_NOT_NULL(test, room);
	memset(room, 0xff, XDP_RING_BUF_SIZE);
	return (struct xdp_ring_frame) {
		.data = room + SKB_WITH_OVERHEAD(XDP_RING_BUF_SIZE) - tailroom -
			ETH_HLEN,
		.len = ETH_HLEN,
	};
}

static void xdp_ring_pads_with_zeroes(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, XDP_RING_BUF_SIZE, GFP_KERNEL), *data;
	struct xdp_ring_frame frame = make_short(test, room, ETH_ZLEN);

	data = frame.data;
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_ZLEN);
	KUNIT_EXPECT_EQ(test, data[ETH_HLEN - 1], 0xff);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(data + ETH_HLEN, 0,
						   ETH_ZLEN - ETH_HLEN));
	KUNIT_EXPECT_EQ(test, data[ETH_ZLEN], 0xff);
}

static void xdp_ring_pads_only_where_there_is_room(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, XDP_RING_BUF_SIZE, GFP_KERNEL);
	struct xdp_ring_frame frame;

	frame = make_short(test, room, ETH_ZLEN - ETH_HLEN - 1);
	KUNIT_EXPECT_FALSE(test, xdp_ring_pad(&frame, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
	frame = make_short(test, room, ETH_ZLEN - ETH_HLEN);
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, ETH_ZLEN));
}

static void expect_buf(struct kunit *test, struct xdp_ring_buf buf,
		       struct xdp_ring_buf expected)
{
	KUNIT_EXPECT_PTR_EQ(test, buf.va, expected.va);
	KUNIT_EXPECT_EQ(test, buf.dma, expected.dma);
}

/* Wherever in a buffer the transmitted frame began, the device writes to its
 * usual place
 */
static void xdp_ring_receives_into_spare_buffers_first(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct xdp_ring_buf bufs[XDP_RING_SPARES + 1];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bufs); i++) {
		bufs[i] = alloc_buf(test);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)bufs[i].va,
						   XDP_RING_BUF_SIZE));
	}
	/* The last one has no place and goes to the pool */
	for (i = 0; i < ARRAY_SIZE(bufs); i++)
		xdp_ring_put_buf(rxq, bufs[i].va + 100 + i,
				 bufs[i].dma - XDP_RING_HEADROOM + 100 + i);
	KUNIT_EXPECT_EQ(test, rxq->spares, XDP_RING_SPARES);

	for (i = XDP_RING_SPARES; i--;) {
		expect_buf(test, alloc_buf(test), bufs[i]);
		xdp_ring_free_buf(rxq, bufs[i].va, true);
	}
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
	KUNIT_EXPECT_FALSE(test, xdp_ring_take_spare(rxq, bufs));
}

/* A page of the reserves, as page_is_pfmemalloc() knows it; that the page is
 * the pool's stays true
 */
static void set_reserve(struct page *page, bool reserve)
{
	page->pp_magic = (page->pp_magic & ~BIT(1)) | (reserve ? BIT(1) : 0);
}

static struct sk_buff *make_skb(struct xdp_ring_fixture *fixture)
{
	struct sk_buff *skb;

	local_bh_disable();
	skb = xdp_build_skb_from_buff(&fixture->rxq.xdp);
	local_bh_enable();
	return skb;
}

static void free_skb(struct xdp_ring_fixture *fixture, struct sk_buff *skb)
{
	enter_napi(fixture);
	kfree_skb(skb);
	leave_napi(fixture);
}

static void xdp_ring_tells_of_a_frag_from_the_reserves(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct xdp_ring_buf buf;
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_FALSE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
	KUNIT_EXPECT_FALSE(test, rxq->has_reserves);

	buf = alloc_buf(test);
	set_reserve(virt_to_page(buf.va), true);
	KUNIT_EXPECT_TRUE(test, xdp_ring_add_buf(rxq, &buf, BUF_LEN, true));
	KUNIT_EXPECT_TRUE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
	set_reserve(virt_to_page(buf.va), false);

	skb = make_skb(fixture);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb && skb->pfmemalloc);
	free_skb(fixture, skb);

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_FALSE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
}

/* What lies where the frags of a frame are listed means nothing before it has
 * some
 */
static void xdp_ring_begins_with_no_frags(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct skb_shared_info *sinfo;
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	sinfo = xdp_get_shared_info_from_buff(&fixture->rxq.xdp);
	memset(sinfo, 0xff, sizeof(*sinfo));
	KUNIT_EXPECT_TRUE(test, add(test, 100, true));
	expect_frame(test, BUF_LEN, 1, BUF_LEN + 100);
	xdp_return_buff(&fixture->rxq.xdp);

	KUNIT_EXPECT_TRUE(test, add(test, 100, true));
	sinfo = xdp_get_shared_info_from_buff(&fixture->rxq.xdp);
	memset(sinfo, 0xff, sizeof(*sinfo));
	skb = make_skb(fixture);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb) {
		KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 0);
		KUNIT_EXPECT_EQ(test, skb->len, 100 - ETH_HLEN);
		KUNIT_EXPECT_TRUE(test, skb_rx_queue_recorded(skb));
	}
	free_skb(fixture, skb);
}

static void xdp_ring_counts_the_parts_of_a_frame(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, XDP_RING_BUF_SIZE, GFP_KERNEL);
	struct xdp_ring_frame frame = make_short(test, room, ETH_ZLEN);

	KUNIT_EXPECT_EQ(test, 1, xdp_ring_parts(&frame));
	frame.has_frags = true;
	xdp_ring_frame_sinfo(&frame)->nr_frags = 2;
	KUNIT_EXPECT_EQ(test, 3, xdp_ring_parts(&frame));
}

/* The last call of a driver's function that posts a bulk */
static struct {
	u32 frames;
	bool doorbell;
} flushed;

static void flush(struct xdp_ring_rxq *rxq, bool doorbell)
{
	flushed.frames = rxq->tx_count;
	flushed.doorbell = doorbell;
	xdp_ring_tx_done(rxq, rxq->tx_count);
}

static void free_linear(struct xdp_ring_fixture *fixture)
{
	xdp_ring_free_buf(&fixture->rxq, xdp_ring_linear(&fixture->rxq).va,
			  true);
}

static void xdp_ring_sends_no_frame_that_cannot_be_padded(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct xdp_buff *xdp = &rxq->xdp;
	struct bpf_prog prog;

	KUNIT_EXPECT_TRUE(test, add(test, ETH_HLEN, true));
	xdp->data_end = xdp_data_hard_end(xdp);
	xdp->data = xdp->data_end - ETH_HLEN;
	KUNIT_EXPECT_FALSE(test, xdp_ring_tx_queue(rxq, &prog, flush));
	KUNIT_EXPECT_EQ(test, rxq->tx_count, 0);
	free_linear(fixture);
}

/* XDP_TX fails before a frame is in the bulk when it cannot be padded */
static void xdp_ring_counts_a_frame_that_cannot_be_padded(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;

	KUNIT_EXPECT_TRUE(test, add(test, ETH_HLEN, true));
	xdp_ring_exception(rxq, NULL, XDP_TX);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_TX_ERRORS], 1);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_REDIRECT_ERRORS], 0);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_ABORTED], 0);
}

/* Nothing of a copied frame is left out, and its buffer stays the queue's */
static void xdp_ring_copies_short_frames(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct sk_buff *skb;
	u8 *data;
	u32 i;

	KUNIT_EXPECT_TRUE(test, add(test, 100, true));
	data = rxq->xdp.data;
	for (i = 0; i < 100; i++)
		data[i] = i;
	KUNIT_EXPECT_NULL(test, xdp_ring_copy_skb(rxq, &fixture->napi, 99));
	rxq->xdp.data += 8;
	local_bh_disable();
	skb = xdp_ring_copy_skb(rxq, &fixture->napi, 92);
	local_bh_enable();
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb) {
		KUNIT_EXPECT_EQ(test, skb->len, 92 - ETH_HLEN);
		KUNIT_EXPECT_EQ(test, skb_metadata_len(skb), 8);
		KUNIT_EXPECT_MEMEQ(test, skb_mac_header(skb) - 8, data, 100);
		KUNIT_EXPECT_FALSE(test, skb->pp_recycle);
	}
	kfree_skb(skb);
	free_linear(fixture);
}

static void xdp_ring_copies_no_frame_with_frags(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, 60, false));
	KUNIT_EXPECT_NULL(test, xdp_ring_copy_skb(&fixture->rxq, &fixture->napi,
						  2 * BUF_LEN));
}

/* What comes from the reserves is passed on whole, and so leaves the queue */
static void xdp_ring_copies_nothing_from_the_reserves(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct page *page;

	KUNIT_EXPECT_TRUE(test, add(test, 60, true));
	page = virt_to_page(rxq->xdp.data);
	rxq->has_reserves = true;
	set_reserve(page, true);
	KUNIT_EXPECT_NULL(test, xdp_ring_copy_skb(rxq, &fixture->napi, 60));
	set_reserve(page, false);
	free_linear(fixture);
}

static void xdp_ring_posts_full_bulks(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct bpf_prog prog;
	u32 i;

	for (i = 0; i <= XDP_RING_TX_BULK; i++) {
		flushed.frames = 0;
		KUNIT_EXPECT_TRUE(test, add(test, ETH_ZLEN, true));
		KUNIT_EXPECT_TRUE(test, xdp_ring_tx_queue(rxq, &prog, flush));
		KUNIT_EXPECT_PTR_EQ(test, rxq->prog, &prog);
		KUNIT_EXPECT_EQ(test, flushed.frames,
				i < XDP_RING_TX_BULK ? 0 : XDP_RING_TX_BULK);
		free_linear(fixture);
	}
	KUNIT_EXPECT_FALSE(test, flushed.doorbell);
	xdp_ring_poll_end(rxq, flush);
	KUNIT_EXPECT_EQ(test, flushed.frames, 1);
	KUNIT_EXPECT_TRUE(test, flushed.doorbell);
}

/* The frame that the last bulk was posted for may not go into the next one */
static void xdp_ring_rings_the_doorbell_without_a_new_bulk(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	flushed.doorbell = false;
	xdp_ring_poll_end(&fixture->rxq, flush);
	KUNIT_EXPECT_FALSE(test, flushed.doorbell);
	xdp_ring_tx_done(&fixture->rxq, XDP_RING_TX_BULK);
	/* Nor is it forgotten when of another bulk nothing could be posted */
	xdp_ring_tx_done(&fixture->rxq, 0);
	xdp_ring_poll_end(&fixture->rxq, flush);
	KUNIT_EXPECT_TRUE(test, flushed.doorbell);
}

static void xdp_ring_flushes_redirects_once(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	fixture->rxq.redirected = true;
	local_bh_disable();
	xdp_ring_poll_end(&fixture->rxq, flush);
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, fixture->rxq.redirected);
}

/* Sockets pay for all of a buffer that a frame has a part of */
static void xdp_ring_accounts_for_whole_buffers(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN, false));
	KUNIT_EXPECT_TRUE(test, add(test, ETH_ZLEN, true));
	skb = make_skb(fixture);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb) {
		KUNIT_EXPECT_EQ(test, skb->truesize, 3 * XDP_RING_BUF_SIZE +
				SKB_DATA_ALIGN(sizeof(*skb)));
		KUNIT_EXPECT_EQ(test, skb->len,
				2 * BUF_LEN + ETH_ZLEN - ETH_HLEN);
	}
	free_skb(fixture, skb);
}

static void xdp_ring_keeps_no_buffer_from_the_reserves(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	/* The last is on another page than the first */
	struct xdp_ring_buf bufs[PAGE_SIZE / XDP_RING_BUF_SIZE + 1];
	struct xdp_ring_buf *first = bufs, *last = first + ARRAY_SIZE(bufs) - 1;
	struct xdp_ring_buf *buf;

	for (buf = first; buf <= last; buf++)
		*buf = alloc_buf(test);
	for (buf = first + 1; buf < last; buf++)
		xdp_ring_free_buf(rxq, buf->va, true);
	rxq->has_reserves = true;
	set_reserve(virt_to_page(first->va), true);
	xdp_ring_put_buf(rxq, first->va, first->dma);
	xdp_ring_put_buf(rxq, last->va, last->dma);
	KUNIT_EXPECT_EQ(test, rxq->spares, 1);
	KUNIT_EXPECT_PTR_EQ(test, rxq->spare[0].va, last->va);
	KUNIT_EXPECT_EQ(test, 1,
			atomic_read(&rxq->pool->pages_state_release_cnt));
}

static void xdp_ring_pads_no_frame_with_frags(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, XDP_RING_BUF_SIZE, GFP_KERNEL);
	struct xdp_ring_frame frame = make_short(test, room, ETH_ZLEN);
	struct skb_shared_info *sinfo = xdp_ring_frame_sinfo(&frame);

	frame.has_frags = true;
	sinfo->nr_frags = 1;
	sinfo->xdp_frags_size = ETH_ZLEN - ETH_HLEN - 1;
	KUNIT_EXPECT_FALSE(test, xdp_ring_pad(&frame, ETH_ZLEN));
	sinfo->xdp_frags_size++;
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    memchr_inv(frame.data, 0xff, ETH_ZLEN));
}

static void xdp_ring_takes_no_buffer_that_leaves_no_tailroom(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;

	config.buf_len = SKB_WITH_OVERHEAD(XDP_RING_BUF_SIZE) -
			 XDP_RING_HEADROOM + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, xdp_ring_create(rxq, &config));
	config.buf_len--;
	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
	xdp_ring_destroy(rxq);
}

static void xdp_ring_creates_a_queue_anew(struct kunit *test)
{
	const u32 per_page = PAGE_SIZE / XDP_RING_BUF_SIZE;
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;

	config.queue = 3;
	memset(rxq, 0xff, sizeof(*rxq));
	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
	KUNIT_EXPECT_EQ(test, rxq->info.queue_index, 3);
	KUNIT_EXPECT_EQ(test, rxq->info.mem.type, MEM_TYPE_PAGE_POOL);
	KUNIT_EXPECT_EQ(test, rxq->info.frag_size, XDP_RING_BUF_SIZE);
	KUNIT_EXPECT_EQ(test, rxq->pool->p.nid, dev_to_node(config.dev));
	KUNIT_EXPECT_EQ(test, rxq->pool->p.offset,
			per_page > 1 ? 0 : XDP_RING_HEADROOM);
	KUNIT_EXPECT_EQ(test, rxq->buf_len, BUF_LEN);
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
	KUNIT_EXPECT_EQ(test, rxq->tx_count, 0);
	KUNIT_EXPECT_EQ(test, rxq->state, XDP_RING_BETWEEN);
	KUNIT_EXPECT_FALSE(test, rxq->has_reserves);
	KUNIT_EXPECT_FALSE(test, rxq->tx_posted);
	KUNIT_EXPECT_FALSE(test, rxq->redirected);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(rxq->pending, 0,
						   sizeof(rxq->pending)));
	xdp_ring_destroy(rxq);
}

/* Only NAPI, which is disabled then, may use the cache of a pool */
static void xdp_ring_resets_past_the_cache(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;
	struct xdp_ring_buf buf;
	u32 i, cached;

	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_TRUE(test, xdp_ring_alloc_buf(rxq, &buf));
		KUNIT_EXPECT_TRUE(test, xdp_ring_add_buf(rxq, &buf, BUF_LEN,
							 false));
	}
	KUNIT_ASSERT_TRUE(test, xdp_ring_alloc_buf(rxq, &buf));
	xdp_ring_put_buf(rxq, buf.va, buf.dma);
	KUNIT_EXPECT_EQ(test, rxq->spares, 1);

	cached = rxq->pool->alloc.count;
	xdp_ring_reset(rxq);
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
	KUNIT_EXPECT_EQ(test, rxq->pool->alloc.count, cached);
	xdp_ring_destroy(rxq);
}

static void xdp_ring_creates_no_queue_without_a_pool(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;

	/* A pool that syncs wants to know how much */
	config.buf_len = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, xdp_ring_create(rxq, &config));
}

static void xdp_ring_allocates_where_the_device_reaches(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;
	static const struct {
		u64 mask;
		bool limited;
	} devices[] = {
		{ DMA_BIT_MASK(24), true },
		{ DMA_BIT_MASK(64), false },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		*fixture->dev->dma_mask = devices[i].mask;
		KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
		KUNIT_EXPECT_TRUE(test, (rxq->gfp & GFP_ZONEMASK) ==
				  (devices[i].limited ? __GFP_DMA32 : 0));
		/* In NAPI, so out of the reserves if need be */
		KUNIT_EXPECT_TRUE(test, (rxq->gfp & GFP_ATOMIC) == GFP_ATOMIC);
		xdp_ring_destroy(rxq);
	}
}

static struct kunit_case xdp_ring_test_cases[] = {
	KUNIT_CASE(xdp_ring_collects_one_buffer),
	KUNIT_CASE(xdp_ring_collects_frags),
	KUNIT_CASE(xdp_ring_trims_a_whole_frag),
	KUNIT_CASE(xdp_ring_trims_across_frags),
	KUNIT_CASE(xdp_ring_trims_back_to_linear),
	KUNIT_CASE(xdp_ring_refuses_too_many_frags),
	KUNIT_CASE(xdp_ring_refuses_the_rest_of_a_frame),
	KUNIT_CASE(xdp_ring_pads_with_zeroes),
	KUNIT_CASE(xdp_ring_pads_only_where_there_is_room),
	KUNIT_CASE(xdp_ring_receives_into_spare_buffers_first),
	KUNIT_CASE(xdp_ring_tells_of_a_frag_from_the_reserves),
	KUNIT_CASE(xdp_ring_begins_with_no_frags),
	KUNIT_CASE(xdp_ring_counts_the_parts_of_a_frame),
	KUNIT_CASE(xdp_ring_sends_no_frame_that_cannot_be_padded),
	KUNIT_CASE(xdp_ring_counts_a_frame_that_cannot_be_padded),
	KUNIT_CASE(xdp_ring_copies_short_frames),
	KUNIT_CASE(xdp_ring_copies_no_frame_with_frags),
	KUNIT_CASE(xdp_ring_copies_nothing_from_the_reserves),
	KUNIT_CASE(xdp_ring_posts_full_bulks),
	KUNIT_CASE(xdp_ring_rings_the_doorbell_without_a_new_bulk),
	KUNIT_CASE(xdp_ring_flushes_redirects_once),
	KUNIT_CASE(xdp_ring_accounts_for_whole_buffers),
	KUNIT_CASE(xdp_ring_keeps_no_buffer_from_the_reserves),
	KUNIT_CASE(xdp_ring_pads_no_frame_with_frags),
	KUNIT_CASE(xdp_ring_takes_no_buffer_that_leaves_no_tailroom),
	KUNIT_CASE(xdp_ring_creates_a_queue_anew),
	KUNIT_CASE(xdp_ring_resets_past_the_cache),
	KUNIT_CASE(xdp_ring_creates_no_queue_without_a_pool),
	KUNIT_CASE(xdp_ring_allocates_where_the_device_reaches),
	{}
};

static struct kunit_suite xdp_ring_test_suite = {
	.name		= "xdp_ring",
	.init		= xdp_ring_test_init,
	.exit		= xdp_ring_test_exit,
	.test_cases	= xdp_ring_test_cases,
};

kunit_test_suite(xdp_ring_test_suite);

MODULE_DESCRIPTION("KUnit tests of xdp_ring");
MODULE_LICENSE("GPL");
