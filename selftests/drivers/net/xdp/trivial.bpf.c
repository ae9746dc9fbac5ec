// SPDX-License-Identifier: GPL-2.0-only
/* Programs of one verdict, for tools that load an object by themselves. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define TRIVIAL(section, name, action)		\
	SEC(section)				\
	int name(struct xdp_md *ctx)		\
	{					\
		return action;			\
	}

TRIVIAL("xdp", pass_all, XDP_PASS)
TRIVIAL("xdp", drop_all, XDP_DROP)
TRIVIAL("xdp", tx_all, XDP_TX)
TRIVIAL("xdp.frags", pass_all_frags, XDP_PASS)
TRIVIAL("xdp.frags", drop_all_frags, XDP_DROP)
TRIVIAL("xdp.frags", tx_all_frags, XDP_TX)

char _license[] SEC("license") = "GPL";
