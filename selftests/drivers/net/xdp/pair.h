/* SPDX-License-Identifier: GPL-2.0-only */
/* Interfaces of a test's own, and the network namespaces that they are in. */
#ifndef PAIR_H
#define PAIR_H

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "kselftest.h"

#define NSIM	"/sys/bus/netdevsim/"

/* Two interfaces that are connected, the peer in another namespace. */
struct pair {
	char ifname[IF_NAMESIZE];
	char peer[IF_NAMESIZE];
	int peer_ns;	/* 0 if there is no pair */
	int nsim_id;	/* of the first of two netdevsims, or 0 */
};

#define RUN(...) run((const char *const []){ __VA_ARGS__, NULL })

/*
 * Runs a command without its output. This and what makes something below return
 * 0 if they have succeeded.
 */
static inline int run(const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	if (!posix_spawnp(&child, argv[0], &actions, NULL,
			  (char *const *)argv, environ))
		waitpid(child, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

/* Enters a network namespace; a descriptor of the one before. */
static inline int enter_netns(int netns)
{
	int before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (before < 0 || setns(netns, CLONE_NEWNET)) {
		perror("setns");
		exit(KSFT_FAIL);
	}
	return before;
}

static inline void leave_netns(int before)
{
	close(enter_netns(before));
	close(before);
}

/* Enters a new network namespace; a descriptor that commands inherit. */
static inline int enter_new_netns(void)
{
	if (unshare(CLONE_NEWNET)) {
		perror("unshare");
		exit(KSFT_FAIL);
	}
	return open("/proc/self/ns/net", O_RDONLY);
}

static inline int new_netns(void)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int netns = enter_new_netns();

	leave_netns(here);
	return netns;
}

/*
 * With GRO a veth has its NAPI all the time: the other end can transmit
 * redirected frames, and none is lost in its ring when a program goes.
 */
static inline int make_veths(struct pair *pair)
{
	char path[32];
	int here, failed;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", pair->peer_ns);
	failed = RUN("ip", "link", "add", "name", pair->ifname, "type", "veth",
		     "peer", "name", pair->peer, "netns", path) ||
		 RUN("ethtool", "-K", pair->ifname, "gro", "on");
	here = enter_netns(pair->peer_ns);
	failed = failed || RUN("ethtool", "-K", pair->peer, "gro", "on");
	leave_netns(here);
	return failed;
}

static inline int write_nsim(const char *file, const char *text)
{
	char path[64];
	int fd, failed;

	snprintf(path, sizeof(path), NSIM "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	failed = write(fd, text, strlen(text)) < 0;
	close(fd);
	return failed;
}

/* Makes a netdevsim in this namespace and finds the name of its interface. */
static inline int make_nsim(int id, char *ifname)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&info };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct if_nameindex *list, *one;
	int failed = -1;
	char text[32];

	snprintf(text, sizeof(text), "%d 1", id);
	if (write_nsim("new_device", text))
		return -1;
	snprintf(text, sizeof(text), "netdevsim%d", id);
	list = if_nameindex();
	for (one = list; failed && one && one->if_index; one++) {
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
			 one->if_name);
		failed = ioctl(sock, SIOCETHTOOL, &request) ||
			 strcmp(info.bus_info, text);
	}
	memcpy(ifname, request.ifr_name, IF_NAMESIZE);
	if_freenameindex(list);
	close(sock);
	return failed;
}

static inline int make_nsims(struct pair *pair)
{
	unsigned int ifindex;
	char text[64];
	int here, failed;

	pair->nsim_id = 2 * getpid();
	failed = make_nsim(pair->nsim_id, pair->ifname);
	ifindex = if_nametoindex(pair->ifname);
	here = enter_netns(pair->peer_ns);
	failed = failed || make_nsim(pair->nsim_id + 1, pair->peer);
	snprintf(text, sizeof(text), "%d:%u %d:%u", here, ifindex,
		 pair->peer_ns, if_nametoindex(pair->peer));
	failed = failed || write_nsim("link_device", text);
	leave_netns(here);
	return failed;
}

/* Veths go with their namespaces. */
static inline void remove_nsims(struct pair *pair)
{
	char text[32];

	if (!pair->nsim_id)
		return;
	snprintf(text, sizeof(text), "%d", pair->nsim_id);
	write_nsim("del_device", text);
	snprintf(text, sizeof(text), "%d", pair->nsim_id + 1);
	write_nsim("del_device", text);
}

static inline int set_mtu(const char *ifname, int mtu)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", mtu);
	return RUN("ip", "link", "set", ifname, "mtu", text);
}

static inline int set_peer_mtu(struct pair *pair, int mtu)
{
	int here = enter_netns(pair->peer_ns);
	int failed = set_mtu(pair->peer, mtu);

	leave_netns(here);
	return failed;
}

#endif
