// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirects out of the interface under test and into it. The other interface is
 * a veth, whose peer is read and written by a packet socket.
 */
#include <linux/if_packet.h>

#include "env.h"

struct frame {
	__u8 bytes[256];
	ssize_t size;
};

FIXTURE(redirect)
{
	struct env env;
	int other;	/* ifindex of the other interface */
	int sock;	/* at its peer */
};

static int open_packet_socket(const char *ifname)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIME };
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(ifname),
	};
	int sock;

	sock = socket(AF_PACKET, SOCK_RAW, 0);
	if (sock < 0 || bind(sock, (void *)&address, sizeof(address)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)))
		return -1;
	return sock;
}

/* It ends with the peer's namespace, which ends with this process. */
static int make_other(int *sock)
{
	struct pair pair = { .ifname = "xdp_other", .peer = "xdp_peer" };
	int here, ifindex;

	pair.peer_ns = new_netns();
	if (make_veths(&pair) || RUN("ip", "link", "set", pair.ifname, "up"))
		return 0;
	ifindex = if_nametoindex(pair.ifname);
	here = enter_netns(pair.peer_ns);
	if (RUN("ip", "link", "set", pair.peer, "up"))
		ifindex = 0;
	*sock = open_packet_socket(pair.peer);
	leave_netns(here);
	return *sock < 0 ? 0 : ifindex;
}

FIXTURE_SETUP(redirect)
{
	set_up(_metadata, &self->env);
	if (_metadata->exit_code)
		return;
	self->other = make_other(&self->sock);
	if (!self->other)
		SKIP(return, "no second interface: no veth can be made");
}

FIXTURE_TEARDOWN(redirect)
{
	tear_down(&self->env);
}

/* The next reply that comes in: its sequence_of(). */
static int receive_frame(struct echoer *echoer, int sock, struct frame *frame)
{
	const size_t headers = ETH_HLEN + ip_header(echoer);
	int sequence = -ENOMSG;
	struct sockaddr_ll from;
	socklen_t from_size;

	while (sequence == -ENOMSG) {
		from_size = sizeof(from);
		frame->size = recvfrom(sock, frame->bytes, sizeof(frame->bytes),
				       0, (void *)&from, &from_size);
		if (frame->size < 0)
			return -errno;
		if (from.sll_pkttype != PACKET_OUTGOING)
			sequence = sequence_of(echoer, frame->bytes + headers,
					       frame->size - headers,
					       ECHO_LENGTH);
	}
	return sequence;
}

/* A frame that comes from the remote: the reply to a sentinel. */
static int get_frame(struct env *env, struct frame *frame)
{
	struct echoer *echoer = &env->echoer;
	int sock = open_packet_socket(env->ifname);
	int ret = exchange(echoer, 0, ECHO_LENGTH, 0);

	if (!ret && receive_frame(echoer, sock, frame) != echoer->sentinel)
		ret = -1;
	close(sock);
	return ret;
}

/* A request to the remote, made of a reply that came from it. */
static struct frame request_to(struct echoer *echoer, const struct frame *reply,
			       __u16 sequence)
{
	const size_t size = sizeof(struct echo_header) + ECHO_LENGTH;
	size_t address = sizeof(struct in_addr);
	size_t source = ETH_HLEN + offsetof(struct iphdr, saddr);
	struct frame request = *reply;
	struct echo echo;
	__u32 sum = 0;

	if (echoer->family == AF_INET6) {
		address = sizeof(struct in6_addr);
		source = ETH_HLEN + offsetof(struct ipv6hdr, saddr);
		sum = add_up(htons(size) + htons(IPPROTO_ICMPV6),
			     reply->bytes + source, 2 * address);
	}
	memcpy(request.bytes, reply->bytes + ETH_ALEN, ETH_ALEN);
	memcpy(request.bytes + ETH_ALEN, reply->bytes, ETH_ALEN);
	memcpy(request.bytes + source, reply->bytes + source + address,
	       address);
	memcpy(request.bytes + source + address, reply->bytes + source,
	       address);
	fill_echo(echoer, &echo, sequence, ECHO_LENGTH);
	echo.header.checksum = checksum(add_up(sum, &echo, size));
	memcpy(request.bytes + ETH_HLEN + ip_header(echoer), &echo, size);
	return request;
}

/* Each reply goes to the other interface, in order; none reaches the stack. */
static void check_out(struct __test_metadata *_metadata,
		      struct _test_data_redirect *self, const char *name)
{
	struct env *env = &self->env;
	struct frame model, frame;
	int i, link, key = 0;

	if (!(features(env) & NETDEV_XDP_ACT_REDIRECT))
		SKIP(return, "%s does not redirect", env->ifname);
	ASSERT_EQ(0, get_frame(env, &model));
	ASSERT_EQ(0, bpf_map_update_elem(map(env, "devmap"), &key, &self->other,
					 0));
	link = attach(env, name);
	ASSERT_LE(0, link);

	EXPECT_EQ(0, exchange(&env->echoer, ECHOES, ECHO_LENGTH, 0));
	for (i = 0; i < ECHOES; i++) {
		ASSERT_EQ(i, receive_frame(&env->echoer, self->sock, &frame));
		EXPECT_EQ(model.size, frame.size);
		EXPECT_EQ(0, memcmp(model.bytes, frame.bytes, ETH_HLEN));
	}
	close(link);
}

TEST_F(redirect, out_through_devmap)
{
	check_out(_metadata, self, "to_devmap");
}

TEST_F(redirect, out_through_cpumap)
{
	struct env *env = &self->env;
	struct bpf_cpumap_val value = {
		.qsize = 4 * ECHOES,
		.bpf_prog.fd = program(env, "from_cpumap"),
	};
	int key = 0;

	ASSERT_EQ(0, bpf_map_update_elem(map(env, "cpumap"), &key, &value, 0));
	check_out(_metadata, self, "to_cpumap");
	if (!_metadata->exit_code)
		EXPECT_EQ(ECHOES, env->shared->through_cpumap);
}

/* Frames from the other interface go to the remote, which answers each. */
TEST_F(redirect, in_through_devmap)
{
	struct env *env = &self->env;
	struct frame reply, request;
	int i, link, other, key = 0;

	env->shared->verdict = XDP_PASS;
	link = attach(env, "judge");
	ASSERT_LE(0, link);
	if (!(features(env) & NETDEV_XDP_ACT_NDO_XMIT))
		SKIP(return, "%s transmits no redirected frames", env->ifname);
	ASSERT_EQ(0, get_frame(env, &reply));
	ASSERT_EQ(0, bpf_map_update_elem(map(env, "devmap"), &key,
					 &env->ifindex, 0));
	other = attach_native(program(env, "requests_to_devmap"), self->other);
	ASSERT_LE(0, other);

	for (i = 0; i < ECHOES; i++) {
		request = request_to(&env->echoer, &reply, i);
		ASSERT_EQ(request.size, send(self->sock, request.bytes,
					     request.size, 0));
	}
	EXPECT_EQ(ECHOES, collect(&env->echoer, ECHOES, ECHO_LENGTH, ECHOES));
	EXPECT_EQ(ECHOES, env->shared->judged);
	close(other);
	close(link);
}

TEST_HARNESS_MAIN
