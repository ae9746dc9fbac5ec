// SPDX-License-Identifier: GPL-2.0-only
/* Programs that come and go, and one that does not fit the MTU. */
#include <time.h>

#include "env.h"

#define ROUNDS		20
#define PATIENCE	5	/* seconds */
#define LARGE_MTU	9000
/* It leaves room for the longer header, IPv6's. */
#define LARGE_ECHO	(LARGE_MTU - sizeof(struct ipv6hdr) - \
			 sizeof(struct echo_header))

FIXTURE(attach)
{
	struct env env;
	int mtu;
};

static int get_mtu(struct env *env)
{
	struct ifreq request = {};

	memcpy(request.ifr_name, env->ifname, sizeof(request.ifr_name));
	if (ioctl(env->echoer.sock, SIOCGIFMTU, &request))
		return -1;
	return request.ifr_mtu;
}

/*
 * How often the link went down. An interface that the test has made is not in
 * this /sys, and keeps its link.
 */
static int link_losses(struct env *env)
{
	char path[64];
	int losses;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier_down_count",
		 env->ifname);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &losses) != 1)
		losses = 0;
	fclose(file);
	return losses;
}

/* Sets the MTU, that of a remote of ours too. */
static int set_mtus(struct env *env, int mtu)
{
	return set_mtu(env->ifname, mtu) ||
	       (env->pair.peer_ns && set_peer_mtu(&env->pair, mtu));
}

FIXTURE_SETUP(attach)
{
	set_up(_metadata, &self->env);
	if (_metadata->exit_code)
		return;
	self->mtu = get_mtu(&self->env);
	self->env.shared->verdict = XDP_PASS;
}

FIXTURE_TEARDOWN(attach)
{
	if (get_mtu(&self->env) != self->mtu)
		set_mtus(&self->env, self->mtu);
	tear_down(&self->env);
}

/* Waits until a program has seen another echo. */
static bool grows(__u32 *counter)
{
	__u32 before = __atomic_load_n(counter, __ATOMIC_RELAXED);
	time_t end = time(NULL) + PATIENCE;

	do {
		if (__atomic_load_n(counter, __ATOMIC_RELAXED) != before)
			return true;
		usleep(100);
	} while (time(NULL) < end);
	return false;
}

/* One program, the other in its place, none; each program sees an echo. */
static int come_and_go(struct env *env)
{
	int link;

	link = attach_native(program(env, "judge"), env->ifindex);
	if (link < 0 || !grows(&env->shared->judged) ||
	    bpf_link_update(link, program(env, "judge_again"), NULL) ||
	    !grows(&env->shared->judged_again))
		return -1;
	close(link);
	return 0;
}

/* Many drivers reset their device for a program: then the link goes down. */
TEST_F(attach, loses_no_frame)
{
	int losses = link_losses(&self->env);
	int i, status = 0, came;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		for (i = 0; i < ROUNDS; i++) {
			if (come_and_go(&self->env))
				_exit(KSFT_FAIL);
		}
		_exit(KSFT_PASS);
	}
	do {
		came = exchange(&self->env.echoer, ECHOES, ECHO_LENGTH, ECHOES);
	} while (came == ECHOES && !waitpid(child, &status, WNOHANG));
	if (came != ECHOES) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if ((came >= 0 || came == -EAGAIN) &&
		    link_losses(&self->env) != losses)
			SKIP(_metadata->exit_code = KSFT_XFAIL; return,
			     "%s loses its link for a program",
			     self->env.ifname);
	}
	EXPECT_EQ(ECHOES, came);
	EXPECT_EQ(KSFT_PASS, status)
		TH_LOG("a program was not attached, replaced or run");
}

static __u32 large_frame(struct env *env)
{
	return ETH_HLEN + ip_header(&env->echoer) + sizeof(struct echo_header) +
	       LARGE_ECHO;
}

/* Whether a large frame comes in, rather than fragments of it or nothing. */
static bool large_frames_come(struct env *env)
{
	env->shared->length = 0;
	exchange(&env->echoer, 1, LARGE_ECHO, 1);
	return env->shared->length == large_frame(env);
}

/* Without frags: it is refused, or sees all of a frame. */
TEST_F(attach, without_frags_fits_the_mtu)
{
	const char *disruptive = getenv("DISRUPTIVE");
	struct env *env = &self->env;
	bool large = false;
	int link;

	if (disruptive && *disruptive && strchr("0nNfF", *disruptive))
		SKIP(return, "another MTU is disruptive");
	if (set_mtus(env, LARGE_MTU))
		SKIP(return, "%s has no MTU of %d", env->ifname, LARGE_MTU);
	if (features(env) & NETDEV_XDP_ACT_RX_SG) {
		link = attach(env, "judge_frags");
		ASSERT_LE(0, link);
		large = large_frames_come(env);
		close(link);
	}
	link = attach_native(program(env, "judge"), env->ifindex);
	if (link >= 0 && !large)
		SKIP(return, "%s takes the program, and nothing that long came",
		     env->ifname);
	if (link >= 0) {
		EXPECT_TRUE(large_frames_come(env));
		EXPECT_EQ(large_frame(env), env->shared->linear);
		close(link);
	}

	ASSERT_EQ(0, set_mtus(env, self->mtu));
	link = attach(env, "judge");
	EXPECT_LE(0, link)
		TH_LOG("it is refused at an MTU of %d, too", self->mtu);
	close(link);
}

TEST_HARNESS_MAIN
