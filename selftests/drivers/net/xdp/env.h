/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface under test and the programs.
 *
 * NETIF, the addresses and net.config are as ../README.rst has them. All that
 * the remote has to do is to answer echo requests: REMOTE_TYPE and REMOTE_ARGS
 * are not needed. Without NETIF the test makes a pair of interfaces: netdevsims
 * if that module is loaded, else veths.
 */
#ifndef ENV_H
#define ENV_H

#include <libgen.h>
#include <limits.h>

#include "echo.h"
#include "pair.h"

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/netdev.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kselftest_harness.h"

struct env {
	char ifname[IF_NAMESIZE];
	int ifindex;
	struct pair pair;	/* it and the remote's, if made here */
	struct echoer echoer;
	struct bpf_object *object;
	struct shared *shared;
};

/* The test's own folder, where its other files are. */
static inline int enter_folder(void)
{
	char path[PATH_MAX] = "";

	return readlink("/proc/self/exe", path, sizeof(path) - 1) < 0 ||
	       chdir(dirname(path));
}

/* Variables from a file of NAME=VALUE lines. */
static inline void read_net_config(void)
{
	char line[256], *name, *value;
	FILE *file;

	file = fopen("net.config", "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#")] = '\0';
		name = strtok(line, " \t\n=");
		value = strtok(NULL, " \t\n\"");
		if (name && value)
			setenv(name, value, 1);
	}
	fclose(file);
}

static inline int set_up_end(const char *ifname, const char *address)
{
	return RUN("ip", "addr", "add", address, "dev", ifname, "nodad") ||
	       RUN("ip", "link", "set", ifname, "up");
}

/* An interface and a remote, in namespaces that end with this process. */
static inline int make_pair(struct pair *pair)
{
	int here, failed;

	close(enter_new_netns());
	*pair = (struct pair){ .ifname = "local", .peer = "remote" };
	pair->peer_ns = new_netns();
	failed = access(NSIM, F_OK) ? make_veths(pair) : make_nsims(pair);
	failed = failed || set_up_end(pair->ifname, "2001:db8::1/64");
	here = enter_netns(pair->peer_ns);
	failed = failed || set_up_end(pair->peer, "2001:db8::2/64");
	leave_netns(here);
	return failed;
}

static inline struct bpf_program *find(struct env *env, const char *name)
{
	return bpf_object__find_program_by_name(env->object, name);
}

static inline int program(struct env *env, const char *name)
{
	return bpf_program__fd(find(env, name));
}

static inline int map(struct env *env, const char *name)
{
	return bpf_object__find_map_fd_by_name(env->object, name);
}

/* Attaches a program in native mode until the descriptor returned is closed. */
static inline int attach_native(int prog, int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);

	return bpf_link_create(prog, ifindex, BPF_XDP, &options);
}

/* The same to the interface under test. Some drivers take the link down. */
static inline int attach(struct env *env, const char *name)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int link, prog = program(env, name);

	if (bpf_prog_get_info_by_fd(prog, &info, &size))
		return -errno;
	env->shared->prog_id = info.id;
	link = attach_native(prog, env->ifindex);
	if (link >= 0 && reach_remote(&env->echoer)) {
		close(link);
		return -ENETUNREACH;
	}
	return link;
}

/* NETDEV_XDP_ACT_ bits of the interface under test. */
static inline __u64 features(struct env *env)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, options);

	if (bpf_xdp_query(env->ifindex, 0, &options))
		return 0;
	return options.feature_flags;
}

static inline int load(struct env *env)
{
	struct bpf_map *bss;
	size_t size;

	env->object = bpf_object__open_file("xdp.bpf.o", NULL);
	if (!env->object || bpf_object__load(env->object))
		return -1;
	bss = bpf_object__find_map_by_name(env->object, ".bss");
	env->shared = bpf_map__initial_value(bss, &size);
	if (!env->shared || size < sizeof(*env->shared))
		return -1;
	env->shared->echo_id = env->echoer.id;
	env->shared->ifindex = env->ifindex;
	return 0;
}

/* Makes ready what a test needs, or skips it. */
static inline void set_up(struct __test_metadata *_metadata, struct env *env)
{
	const char *netif, *local = "2001:db8::1", *remote = "2001:db8::2";

	if (geteuid())
		SKIP(return, "only root may do this");
	ASSERT_EQ(0, enter_folder());
	read_net_config();
	netif = getenv("NETIF");
	if (netif && *netif) {
		local = getenv("LOCAL_V6") ?: getenv("LOCAL_V4");
		remote = getenv("REMOTE_V6") ?: getenv("REMOTE_V4");
		ASSERT_TRUE(local && remote)
			TH_LOG("no LOCAL_V4 and REMOTE_V4, or _V6");
	} else {
		if (make_pair(&env->pair))
			SKIP(return, "no pair of interfaces can be made");
		netif = env->pair.ifname;
	}
	snprintf(env->ifname, sizeof(env->ifname), "%s", netif);
	env->ifindex = if_nametoindex(env->ifname);
	ASSERT_NE(0, env->ifindex)
		TH_LOG("there is no %s", env->ifname);
	ASSERT_EQ(0, open_echoer(&env->echoer, env->ifname, local, remote))
		TH_LOG("no socket from %s to %s: %m", local, remote);
	if (!(features(env) & NETDEV_XDP_ACT_BASIC))
		SKIP(return, "%s has no native XDP", env->ifname);
	ASSERT_EQ(0, load(env));
	ASSERT_EQ(0, reach_remote(&env->echoer))
		TH_LOG("%s does not answer echo requests", remote);
}

static inline void tear_down(struct env *env)
{
	bpf_object__close(env->object);
	close(env->echoer.sock);
	remove_nsims(&env->pair);
}

#endif
