// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts that tell of a mistake: the frame is dropped, and xdp_exception is
 * traced. And what a program says of a frame that it passes reaches tc.
 */
#include "env.h"

FIXTURE(exception)
{
	struct env env;
};

FIXTURE_VARIANT(exception)
{
	__u32 verdict;
};

FIXTURE_VARIANT_ADD(exception, aborted)
{
	.verdict = XDP_ABORTED,
};

FIXTURE_VARIANT_ADD(exception, first_unknown)
{
	.verdict = XDP_REDIRECT + 1,
};

FIXTURE_VARIANT_ADD(exception, last_unknown)
{
	.verdict = ~0U,
};

FIXTURE_SETUP(exception)
{
	set_up(_metadata, &self->env);
}

FIXTURE_TEARDOWN(exception)
{
	tear_down(&self->env);
}

TEST_F(exception, is_dropped_and_traced)
{
	struct shared *shared = self->env.shared;
	struct bpf_link *tracing;
	int link;

	tracing = bpf_program__attach(find(&self->env, "on_exception"));
	ASSERT_NE(NULL, tracing);
	shared->verdict = variant->verdict;
	link = attach(&self->env, "judge");
	ASSERT_LE(0, link);

	EXPECT_EQ(0, exchange(&self->env.echoer, ECHOES, ECHO_LENGTH, 0));
	EXPECT_EQ(ECHOES, shared->judged);
	EXPECT_EQ(ECHOES, shared->exceptions);
	EXPECT_EQ(0, shared->odd_exceptions);

	close(link);
	bpf_link__destroy(tracing);
}

FIXTURE(metadata)
{
	struct env env;
};

FIXTURE_SETUP(metadata)
{
	set_up(_metadata, &self->env);
}

FIXTURE_TEARDOWN(metadata)
{
	tear_down(&self->env);
}

TEST_F(metadata, reaches_tc)
{
	struct env *env = &self->env;
	struct bpf_link *tc;
	int link, came;

	tc = bpf_program__attach_tcx(find(env, "check_meta"), env->ifindex,
				     NULL);
	ASSERT_NE(NULL, tc);
	link = attach(env, "add_meta");
	ASSERT_LE(0, link);

	came = exchange(&env->echoer, ECHOES, ECHO_LENGTH, ECHOES);
	close(link);
	bpf_link__destroy(tc);
	if (env->shared->meta_error)
		SKIP(return, "%s leaves no room for metadata", env->ifname);
	EXPECT_EQ(ECHOES, came);
	EXPECT_EQ(ECHOES, env->shared->meta_seen);
	EXPECT_EQ(0, env->shared->meta_lost);
}

TEST_HARNESS_MAIN
