/* SPDX-License-Identifier: GPL-2.0-only */
/* The ports that a program sends frames out of, each under its own ifindex. */
#ifndef EXAMPLES_PORTS_H
#define EXAMPLES_PORTS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

#endif
