// SPDX-License-Identifier: GPL-2.0-only
/* XDP: programs, what they may ask the driver, and statistics per queue */

#include "e1000_xdp.h"
#include <linux/bpf.h>
#include <net/netdev_queues.h>

#define E1000_XDP_FEATURES						\
	(NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |		\
	 NETDEV_XDP_ACT_NDO_XMIT | NETDEV_XDP_ACT_RX_SG |		\
	 NETDEV_XDP_ACT_NDO_XMIT_SG)

#define E1000_MAX_MTU							\
	(MAX_JUMBO_FRAME_SIZE - ETH_HLEN - ETH_FCS_LEN)

/* Exchange the program. The ring is the same with and without one, so there
 * is nothing to stop: a poll runs either the old program or the new one.
 */
static int e1000_xdp_setup(struct net_device *netdev, struct bpf_prog *prog,
			   struct netlink_ext_ack *extack)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	bool one_buffer = prog && !prog->aux->xdp_has_frags;
	struct bpf_prog *old;

	if (one_buffer && netdev->mtu > E1000_XDP_MAX_MTU) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "load the program as xdp.frags, or lower the MTU to %u",
				       E1000_XDP_MAX_MTU);
		return -EOPNOTSUPP;
	}
	if (prog && (netdev->features & NETIF_F_RXFCS)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a program would take the FCS for data: turn rx-fcs off first");
		return -EOPNOTSUPP;
	}

	/* The core refuses an MTU above this with a message of its own */
	WRITE_ONCE(netdev->max_mtu,
		   one_buffer ? E1000_XDP_MAX_MTU : E1000_MAX_MTU);
	old = xchg(&adapter->xdp_prog, prog);
	if (old)
		bpf_prog_put(old);
	/* rx-fcs may have been asked for meanwhile */
	if (!prog)
		netdev_update_features(netdev);
	return 0;
}

/**
 * e1000_bpf - attach, replace or detach an XDP program
 * @netdev: the interface, up or down
 * @bpf: what to do
 *
 * Context: process, RTNL.
 * Return: 0 or a negative error, with a message for the user where there is
 * something that they can do.
 */
int e1000_bpf(struct net_device *netdev, struct netdev_bpf *bpf)
{
	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return e1000_xdp_setup(netdev, bpf->prog, bpf->extack);
	case XDP_SETUP_PROG_HW:
		NL_SET_ERR_MSG_MOD(bpf->extack,
				   "the device runs no programs itself: attach in native mode");
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* The VLAN tag that the device has taken out of the frame; while its program
 * runs, the frame's last descriptor is the next to clean. There is no hash and
 * no time stamp in a descriptor.
 */
static int e1000_xdp_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
				 u16 *vlan_tci)
{
	const struct e1000_rx_ring *rx_ring;
	const struct e1000_rx_desc *desc;

	rx_ring = container_of((const struct xdp_buff *)ctx,
			       struct e1000_rx_ring, rxq.xdp);
	desc = E1000_RX_DESC(*rx_ring, rx_ring->next_to_clean);
	if (!(desc->status & E1000_RXD_STAT_VP))
		return -ENODATA;

	*vlan_proto = htons(ETH_P_8021Q);
	*vlan_tci = le16_to_cpu(desc->special);
	return 0;
}

static const struct xdp_metadata_ops e1000_xdp_metadata_ops = {
	.xmo_rx_vlan_tag	= e1000_xdp_rx_vlan_tag,
};

/* There is one queue each way, and what it counts outlives it */

static void e1000_get_queue_stats_rx(struct net_device *netdev, int idx,
				     struct netdev_queue_stats_rx *stats)
{
	const struct e1000_adapter *adapter = netdev_priv(netdev);

	stats->packets = netdev->stats.rx_packets;
	stats->bytes = netdev->stats.rx_bytes;
	stats->alloc_fail = adapter->alloc_rx_buff_failed;
}

static void e1000_get_queue_stats_tx(struct net_device *netdev, int idx,
				     struct netdev_queue_stats_tx *stats)
{
	stats->packets = netdev->stats.tx_packets;
	stats->bytes = netdev->stats.tx_bytes;
}

static void e1000_get_base_stats(struct net_device *netdev,
				 struct netdev_queue_stats_rx *rx,
				 struct netdev_queue_stats_tx *tx)
{
	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	tx->packets = 0;
	tx->bytes = 0;
}

static const struct netdev_stat_ops e1000_stat_ops = {
	.get_queue_stats_rx	= e1000_get_queue_stats_rx,
	.get_queue_stats_tx	= e1000_get_queue_stats_tx,
	.get_base_stats		= e1000_get_base_stats,
};

/**
 * e1000_xdp_init - offer XDP on an interface
 * @netdev: the interface, not yet registered
 *
 * Context: probe.
 */
void e1000_xdp_init(struct net_device *netdev)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	netdev->max_mtu = E1000_MAX_MTU;
	netdev->xdp_features = E1000_XDP_FEATURES;
	netdev->xdp_metadata_ops = &e1000_xdp_metadata_ops;
	netdev->stat_ops = &e1000_stat_ops;
	xdp_ring_stats_init(&adapter->xdp_stats);
}
