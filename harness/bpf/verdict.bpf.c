// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program under test: what it does with a frame is set in map "config",
 * what it has seen stands in "counters" and "traces". See verdict.h.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "verdict.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct verdict_config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICT_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct verdict_trace_key);
	__type(value, struct verdict_trace);
} traces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, VERDICT_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} devmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, VERDICT_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} cpumap SEC(".maps");

static const __u8 fill[VERDICT_FILL_MAX] = {
	[0 ... VERDICT_FILL_MAX - 1] = VERDICT_FILL
};

static void count(__u32 index, __u64 amount)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &index);

	if (counter)
		*counter += amount;
}

/* ARP, or an ICMP echo request with the sentinel's id in plain IPv4. */
static bool is_sentinel(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u8 *icmp = (void *)(ip + 1);

	if ((void *)(eth + 1) > end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_ARP))
		return true;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || (void *)(icmp + 8) > end)
		return false;
	return *(__u8 *)ip == 0x45 && ip->protocol == IPPROTO_ICMP &&
	       icmp[0] == 8 && *(__be16 *)(icmp + 4) == bpf_htons(VERDICT_SENTINEL_ID);
}

static int fill_at(struct xdp_md *ctx, __u32 offset, __u32 length)
{
	/* Keeps the compiler from dropping a check that the verifier wants to see. */
	barrier_var(length);
	if (length == 0 || length > VERDICT_FILL_MAX)
		return -1;
	return bpf_xdp_store_bytes(ctx, offset, (void *)fill, length);
}

static int adjust_head(struct xdp_md *ctx, int delta)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ethhdr saved;
	int err;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	saved = *eth;
	err = bpf_xdp_adjust_head(ctx, delta);
	if (err)
		return err;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	*eth = saved;
	return delta < 0 ? fill_at(ctx, sizeof(*eth), -delta) : 0;
}

static int adjust_tail(struct xdp_md *ctx, int delta)
{
	__u32 length = bpf_xdp_get_buff_len(ctx);
	int err;

	err = bpf_xdp_adjust_tail(ctx, delta);
	if (err)
		return err;
	return delta > 0 ? fill_at(ctx, length, delta) : 0;
}

static int set_meta(struct xdp_md *ctx, __u32 length, __u32 mark)
{
	__u32 *meta;
	int err;

	err = bpf_xdp_adjust_meta(ctx, -(int)length);
	if (err)
		return err;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return -1;
	*meta = mark;
	return 0;
}

static int rewrite(struct xdp_md *ctx, struct verdict_config *cfg)
{
	__u32 length = cfg->rewrite_len;

	if (length == 0 || length > VERDICT_REWRITE_MAX)
		return -1;
	return bpf_xdp_store_bytes(ctx, cfg->rewrite_offset, cfg->rewrite, length);
}

static void swap_macs(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ethhdr old;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return;
	old = *eth;
	__builtin_memcpy(eth->h_dest, old.h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
}

static int decide(struct verdict_config *cfg)
{
	__u32 fallback = cfg->action & 3;
	__u64 broadcast = BPF_F_BROADCAST;

	if (cfg->flags & VERDICT_EXCLUDE_INGRESS)
		broadcast |= BPF_F_EXCLUDE_INGRESS;
	switch (cfg->mode) {
	case VERDICT_REDIRECT_IFINDEX:
		return bpf_redirect(cfg->target, 0);
	case VERDICT_REDIRECT_DEVMAP:
		return bpf_redirect_map(&devmap, cfg->target, fallback);
	case VERDICT_BROADCAST_DEVMAP:
		return bpf_redirect_map(&devmap, 0, broadcast);
	case VERDICT_REDIRECT_CPUMAP:
		return bpf_redirect_map(&cpumap, cfg->target, fallback);
	default:
		return cfg->action;
	}
}

/* Takes the configured steps; returns the counter of the one that failed, or 0. */
static __u32 alter(struct xdp_md *ctx, struct verdict_config *cfg)
{
	if (cfg->adjust_head && adjust_head(ctx, cfg->adjust_head))
		return VERDICT_HEAD_FAILED;
	if (cfg->adjust_tail && adjust_tail(ctx, cfg->adjust_tail))
		return VERDICT_TAIL_FAILED;
	if (cfg->meta_len && set_meta(ctx, cfg->meta_len, cfg->mark))
		return VERDICT_META_FAILED;
	if (cfg->rewrite_len && rewrite(ctx, cfg))
		return VERDICT_REWRITE_FAILED;
	if (cfg->flags & VERDICT_SWAP_MACS)
		swap_macs(ctx);
	return 0;
}

static __always_inline int run(struct xdp_md *ctx)
{
	__u32 zero = 0, failed, action;
	struct verdict_config *cfg;

	if (is_sentinel(ctx)) {
		count(VERDICT_SENTINELS, 1);
		return XDP_PASS;
	}
	cfg = bpf_map_lookup_elem(&config, &zero);
	if (!cfg)
		return XDP_ABORTED;

	count(VERDICT_FRAMES, 1);
	count(VERDICT_BYTES, bpf_xdp_get_buff_len(ctx));

	if ((void *)(long)ctx->data + ETH_HLEN > (void *)(long)ctx->data_end)
		failed = VERDICT_SHORT;
	else
		failed = alter(ctx, cfg);
	if (failed)
		count(failed, 1);
	action = failed ? XDP_DROP : decide(cfg);
	count(action <= XDP_REDIRECT ? VERDICT_ABORTED + action : VERDICT_UNKNOWN, 1);
	return action;
}

/*
 * Load either of these from one object, not both: the kernel ties devmap and
 * cpumap to programs that agree on frags.
 */
SEC("xdp")
int verdict(struct xdp_md *ctx)
{
	return run(ctx);
}

SEC("xdp.frags")
int verdict_frags(struct xdp_md *ctx)
{
	return run(ctx);
}

/* Shows the stack, as skb->mark, the metadata that the XDP program has left. */
SEC("tc")
int meta_to_mark(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta;

	count(VERDICT_TC_FRAMES, 1);
	skb->mark = 0;
	if ((void *)(meta + 1) <= (void *)(long)skb->data) {
		skb->mark = *meta;
		count(VERDICT_TC_META, 1);
	}
	return TC_ACT_OK;
}

/* All of the kernel's net_device that is read here; the rest is found by CO-RE. */
struct net_device {
	int ifindex;
} __attribute__((preserve_access_index));

struct bpf_prog;

static void trace(__u32 event, __u32 ifindex, __u32 action, int sent, int drops, int err)
{
	struct verdict_trace_key key = { event, ifindex, action };
	struct verdict_trace none = {}, *value;

	bpf_map_update_elem(&traces, &key, &none, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&traces, &key);
	if (!value)
		return;
	__sync_fetch_and_add(&value->count, 1);
	__sync_fetch_and_add(&value->sent, sent);
	__sync_fetch_and_add(&value->drops, drops);
	if (err)
		value->error = err;
}

SEC("tp_btf/xdp_exception")
int BPF_PROG(on_exception, const struct net_device *dev, const struct bpf_prog *xdp, __u32 act)
{
	trace(VERDICT_EXCEPTION, dev->ifindex, act, 0, 0, 0);
	return 0;
}

SEC("tp_btf/xdp_redirect_err")
int BPF_PROG(on_redirect_err, const struct net_device *dev, const struct bpf_prog *xdp,
	     const void *target, int err)
{
	trace(VERDICT_REDIRECT_ERR, dev->ifindex, XDP_REDIRECT, 0, 0, err);
	return 0;
}

SEC("tp_btf/xdp_devmap_xmit")
int BPF_PROG(on_devmap_xmit, const struct net_device *from, const struct net_device *to,
	     int sent, int drops, int err)
{
	trace(VERDICT_DEVMAP_XMIT, from->ifindex, XDP_REDIRECT, sent, drops, err);
	return 0;
}

char _license[] SEC("license") = "GPL";
