// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of xdp_ring: collecting, trimming and padding frames, with each
 * page accounted for.
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
	return 0;
}

static void xdp_ring_test_exit(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct page_pool *pool;

	if (!fixture)
		return;
	/* Whatever was allocated is back in the pool's cache, or freed */
	xdp_ring_reset(&fixture->rxq);
	pool = fixture->rxq.pool;
	KUNIT_EXPECT_EQ(test, pool->pages_state_hold_cnt, pool->alloc.count +
			atomic_read(&pool->pages_state_release_cnt));
	xdp_ring_destroy(&fixture->rxq);
	netif_napi_del(&fixture->napi);
	free_netdev(fixture->netdev);
}

/* Hand a buffer to the queue, each of its bytes holding its number */
static bool add(struct kunit *test, u32 len)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct page *page;
	bool added;

	page = xdp_ring_alloc_page(&fixture->rxq);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, xdp_ring_dma_addr(page),
			page_pool_get_dma_addr(page) + XDP_RING_HEADROOM);
	added = xdp_ring_add_page(&fixture->rxq, page, len);
	if (!added)
		page_pool_put_full_page(fixture->rxq.pool, page, true);
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

	KUNIT_EXPECT_TRUE(test, add(test, 1518));
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

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, 100));
	expect_frame(test, BUF_LEN, 2, 2 * BUF_LEN + 100);

	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 2, 2 * BUF_LEN + 96);
}

static void xdp_ring_trims_a_whole_frag(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, 4));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 1, 2 * BUF_LEN);
}

static void xdp_ring_trims_across_frags(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, 1));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN, 1, 2 * BUF_LEN - 3);
}

static void xdp_ring_trims_back_to_linear(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, 3));
	xdp_ring_trim(&fixture->rxq, 4);
	expect_frame(test, BUF_LEN - 1, 0, BUF_LEN - 1);
}

static void xdp_ring_refuses_too_many_frags(struct kunit *test)
{
	u32 i;

	for (i = 0; i < XDP_RING_MAX_PARTS; i++)
		KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_FALSE(test, add(test, BUF_LEN));
	expect_frame(test, BUF_LEN, MAX_SKB_FRAGS,
		     XDP_RING_MAX_PARTS * BUF_LEN);
}

static void xdp_ring_starts_anew_after_discarding(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	xdp_ring_discard(&fixture->rxq);
	KUNIT_EXPECT_PTR_EQ(test, fixture->rxq.xdp.data, NULL);
	KUNIT_EXPECT_TRUE(test, add(test, 60));
	expect_frame(test, 60, 0, 60);
}

static void xdp_ring_pads_with_zeroes(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, 2 * ETH_ZLEN, GFP_KERNEL);
	struct xdp_ring_frame frame = { .data = room, .len = ETH_HLEN };

	KUNIT_ASSERT_NOT_NULL(test, room);
	memset(room, 0xff, 2 * ETH_ZLEN);
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, room + 2 * ETH_ZLEN,
					     ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_ZLEN);
	KUNIT_EXPECT_EQ(test, room[ETH_HLEN - 1], 0xff);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(room + ETH_HLEN, 0,
						   ETH_ZLEN - ETH_HLEN));
	KUNIT_EXPECT_EQ(test, room[ETH_ZLEN], 0xff);
}

static void xdp_ring_pads_only_where_there_is_room(struct kunit *test)
{
	u8 *room = kunit_kzalloc(test, ETH_ZLEN, GFP_KERNEL);
	struct xdp_ring_frame frame = { .data = room, .len = ETH_HLEN };

	KUNIT_ASSERT_NOT_NULL(test, room);
	KUNIT_EXPECT_FALSE(test, xdp_ring_pad(&frame, room + ETH_ZLEN - 1,
					      ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, room + ETH_ZLEN,
					     ETH_ZLEN));
}

static void xdp_ring_receives_into_spare_pages_first(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct page *pages[XDP_RING_SPARES + 1];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = xdp_ring_alloc_page(rxq);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
	/* The last one has no place and goes to the pool */
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		xdp_ring_put_page(rxq, pages[i]);
	KUNIT_EXPECT_EQ(test, rxq->spares, XDP_RING_SPARES);

	for (i = XDP_RING_SPARES; i--;) {
		KUNIT_EXPECT_PTR_EQ(test, xdp_ring_alloc_page(rxq), pages[i]);
		page_pool_put_full_page(rxq->pool, pages[i], true);
	}
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
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
	skb = xdp_ring_build_skb(&fixture->rxq);
	local_bh_enable();
	return skb;
}

/* As in the NAPI of the pool, which takes the pages back at once */
static void free_skb(struct xdp_ring_fixture *fixture, struct sk_buff *skb)
{
	local_bh_disable();
	WRITE_ONCE(fixture->napi.list_owner, smp_processor_id());
	kfree_skb(skb);
	WRITE_ONCE(fixture->napi.list_owner, -1);
	local_bh_enable();
}

static void xdp_ring_tells_of_a_frag_from_the_reserves(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct sk_buff *skb;
	struct page *page;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_FALSE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);

	page = xdp_ring_alloc_page(rxq);
	KUNIT_ASSERT_NOT_NULL(test, page);
	set_reserve(page, true);
	KUNIT_EXPECT_TRUE(test, xdp_ring_add_page(rxq, page, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
	set_reserve(page, false);

	skb = make_skb(fixture);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb && skb->pfmemalloc);
	free_skb(fixture, skb);

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_FALSE(test, rxq->xdp.flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
}

/* XDP_TX fails before a frame is in the bulk when it cannot be padded */
static void xdp_ring_counts_a_frame_that_cannot_be_padded(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;

	KUNIT_EXPECT_TRUE(test, add(test, ETH_HLEN));
	xdp_ring_exception(rxq, NULL, XDP_TX, -1);
	KUNIT_EXPECT_PTR_EQ(test, rxq->xdp.data, NULL);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_TX_ERRORS], 1);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_REDIRECT_ERRORS], 0);
	KUNIT_EXPECT_EQ(test, rxq->pending[XDP_RING_ABORTED], 0);
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

static void xdp_ring_posts_full_bulks(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct bpf_prog prog;
	struct page *page;
	u32 i;

	for (i = 0; i <= XDP_RING_TX_BULK; i++) {
		flushed.frames = 0;
		KUNIT_EXPECT_TRUE(test, add(test, ETH_ZLEN));
		page = rxq->page;
		KUNIT_EXPECT_TRUE(test, xdp_ring_tx_queue(rxq, &prog, flush));
		KUNIT_EXPECT_PTR_EQ(test, rxq->prog, &prog);
		KUNIT_EXPECT_EQ(test, flushed.frames,
				i < XDP_RING_TX_BULK ? 0 : XDP_RING_TX_BULK);
		page_pool_put_full_page(rxq->pool, page, true);
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
	xdp_ring_poll_end(&fixture->rxq, flush);
	KUNIT_EXPECT_TRUE(test, flushed.doorbell);
}

/* Sockets pay for all of a page that a frame has a part of */
static void xdp_ring_accounts_for_whole_pages(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, BUF_LEN));
	KUNIT_EXPECT_TRUE(test, add(test, ETH_ZLEN));
	skb = make_skb(fixture);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb) {
		KUNIT_EXPECT_EQ(test, skb->truesize, 3 * PAGE_SIZE +
				SKB_DATA_ALIGN(sizeof(*skb)));
		KUNIT_EXPECT_EQ(test, skb->len, 2 * BUF_LEN + ETH_ZLEN);
	}
	free_skb(fixture, skb);
}

static void xdp_ring_keeps_no_page_from_the_reserves(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_rxq *rxq = &fixture->rxq;
	struct page *page;

	page = xdp_ring_alloc_page(rxq);
	KUNIT_ASSERT_NOT_NULL(test, page);
	set_reserve(page, true);
	xdp_ring_put_page(rxq, page);
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
	KUNIT_EXPECT_EQ(test, 1,
			atomic_read(&rxq->pool->pages_state_release_cnt));
}

static void xdp_ring_pads_no_frame_with_frags(struct kunit *test)
{
	struct skb_shared_info sinfo = { .nr_frags = 1 };
	u8 room[ETH_ZLEN];
	struct xdp_ring_frame frame = {
		.data = room, .len = ETH_HLEN, .sinfo = &sinfo
	};

	memset(room, 0xff, sizeof(room));
	sinfo.xdp_frags_size = ETH_ZLEN - ETH_HLEN - 1;
	KUNIT_EXPECT_FALSE(test, xdp_ring_pad(&frame, room + sizeof(room),
					      ETH_ZLEN));
	sinfo.xdp_frags_size++;
	KUNIT_EXPECT_TRUE(test, xdp_ring_pad(&frame, room + sizeof(room),
					     ETH_ZLEN));
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(room, 0xff, sizeof(room)));
}

static void xdp_ring_takes_no_buffer_that_leaves_no_tailroom(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;

	config.buf_len = SKB_WITH_OVERHEAD(PAGE_SIZE) - XDP_RING_HEADROOM + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, xdp_ring_create(rxq, &config));
	config.buf_len--;
	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
	xdp_ring_destroy(rxq);
}

static void xdp_ring_creates_a_queue_anew(struct kunit *test)
{
	struct xdp_ring_fixture *fixture = test->priv;
	struct xdp_ring_config config = config_of(fixture);
	struct xdp_ring_rxq *rxq = &fixture->other;

	config.queue = 3;
	memset(rxq, 0xff, sizeof(*rxq));
	KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
	KUNIT_EXPECT_EQ(test, rxq->info.queue_index, 3);
	KUNIT_EXPECT_EQ(test, rxq->info.mem.type, MEM_TYPE_PAGE_POOL);
	KUNIT_EXPECT_EQ(test, rxq->spares, 0);
	KUNIT_EXPECT_EQ(test, rxq->tx_count, 0);
	KUNIT_EXPECT_FALSE(test, rxq->tx_posted);
	KUNIT_EXPECT_FALSE(test, rxq->redirected);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(rxq->pending, 0,
						   sizeof(rxq->pending)));
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
	int bits;

	for (bits = 32; bits <= 33; bits++) {
		KUNIT_ASSERT_EQ(test, 0,
				dma_coerce_mask_and_coherent(fixture->dev,
							     DMA_BIT_MASK(bits)));
		KUNIT_ASSERT_EQ(test, 0, xdp_ring_create(rxq, &config));
		KUNIT_EXPECT_EQ(test, bits == 32, !!(rxq->gfp & __GFP_DMA32));
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
	KUNIT_CASE(xdp_ring_starts_anew_after_discarding),
	KUNIT_CASE(xdp_ring_pads_with_zeroes),
	KUNIT_CASE(xdp_ring_pads_only_where_there_is_room),
	KUNIT_CASE(xdp_ring_receives_into_spare_pages_first),
	KUNIT_CASE(xdp_ring_tells_of_a_frag_from_the_reserves),
	KUNIT_CASE(xdp_ring_counts_a_frame_that_cannot_be_padded),
	KUNIT_CASE(xdp_ring_posts_full_bulks),
	KUNIT_CASE(xdp_ring_rings_the_doorbell_without_a_new_bulk),
	KUNIT_CASE(xdp_ring_accounts_for_whole_pages),
	KUNIT_CASE(xdp_ring_keeps_no_page_from_the_reserves),
	KUNIT_CASE(xdp_ring_pads_no_frame_with_frags),
	KUNIT_CASE(xdp_ring_takes_no_buffer_that_leaves_no_tailroom),
	KUNIT_CASE(xdp_ring_creates_a_queue_anew),
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
