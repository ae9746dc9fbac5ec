/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames from the remote: the replies to echo requests.
 *
 * They stay in order, so that the reply to the last request, a sentinel, tells
 * that all replies before it have been dealt with.
 */
#ifndef ECHO_H
#define ECHO_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "shared.h"

#define ECHOES		32	/* not more than any device takes at once */
#define ECHO_LENGTH	64	/* of the payload */
#define LONGEST_ECHO	9000
#define ANSWER_TIME	3	/* seconds */
#define ATTEMPTS	5

struct echo {
	struct echo_header header;
	__u8 payload[LONGEST_ECHO];
};

/* Who sends, and gets the replies that reach the stack. */
struct echoer {
	int family;
	int sock;
	__u16 id;
	__u16 sentinel;		/* the last one's sequence number */
};

static inline int open_echoer(struct echoer *echoer, const char *ifname,
			      const char *local, const char *remote)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIME };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	bool is_v6 = strchr(local, ':');
	struct sockaddr *address = is_v6 ? (void *)&v6 : (void *)&v4;
	void *in = is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr;
	socklen_t size = is_v6 ? sizeof(v6) : sizeof(v4);

	echoer->family = address->sa_family;
	echoer->id = getpid();
	echoer->sock = socket(echoer->family, SOCK_RAW,
			      is_v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP);
	return echoer->sock < 0 ||
	       inet_pton(echoer->family, local, in) != 1 ||
	       bind(echoer->sock, address, size) ||
	       inet_pton(echoer->family, remote, in) != 1 ||
	       setsockopt(echoer->sock, SOL_SOCKET, SO_BINDTODEVICE, ifname,
			  strlen(ifname)) ||
	       setsockopt(echoer->sock, SOL_SOCKET, SO_RCVTIMEO, &timeout,
			  sizeof(timeout)) ||
	       connect(echoer->sock, address, size);
}

static inline size_t ip_header(struct echoer *echoer)
{
	return echoer->family == AF_INET6 ? sizeof(struct ipv6hdr) :
					    sizeof(struct iphdr);
}

/* Adds up data for an Internet checksum. */
static inline __u32 add_up(__u32 sum, const void *data, size_t size)
{
	__u16 word;
	size_t i;

	for (i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static inline __u16 checksum(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline void fill_echo(struct echoer *echoer, struct echo *echo,
			     __u16 sequence, size_t length)
{
	size_t i;

	echo->header = (struct echo_header){
		.type = echoer->family == AF_INET6 ? ICMPV6_ECHO_REQUEST :
						     ICMP_ECHO,
		.id = htons(echoer->id),
		.sequence = htons(sequence),
	};
	for (i = 0; i < length; i++)
		echo->payload[i] = sequence + i;
}

static inline int send_echo(struct echoer *echoer, __u16 sequence,
			    size_t length)
{
	size_t size = sizeof(struct echo_header) + length;
	struct echo echo;

	fill_echo(echoer, &echo, sequence, length);
	if (echoer->family == AF_INET)
		echo.header.checksum = checksum(add_up(0, &echo, size));
	return send(echoer->sock, &echo, size, 0) != (ssize_t)size;
}

/*
 * The sequence number of a reply to send_echo(). -ENOMSG if the message is
 * something else, -EBADMSG if the reply is not what was sent.
 */
static inline int sequence_of(struct echoer *echoer, const void *message,
			      ssize_t size, size_t length)
{
	struct echo_header header;
	struct echo sent;
	__u16 sequence;

	if (size < (ssize_t)sizeof(header))
		return -ENOMSG;
	memcpy(&header, message, sizeof(header));
	if (header.id != htons(echoer->id) ||
	    header.type != (echoer->family == AF_INET6 ? ICMPV6_ECHO_REPLY :
							 ICMP_ECHOREPLY))
		return -ENOMSG;
	sequence = ntohs(header.sequence);
	if (sequence >= FIRST_SENTINEL)
		length = ECHO_LENGTH;
	fill_echo(echoer, &sent, sequence, length);
	if (size != (ssize_t)(sizeof(header) + length) ||
	    memcmp(message + sizeof(header), sent.payload, length))
		return -EBADMSG;
	return sequence;
}

/* sequence_of() the next reply that reaches the stack, -EAGAIN if none does. */
static inline int receive_echo(struct echoer *echoer, size_t length)
{
	char message[sizeof(struct iphdr) + sizeof(struct echo)];
	size_t offset = echoer->family == AF_INET ? sizeof(struct iphdr) : 0;
	int sequence;
	ssize_t size;

	do {
		size = recv(echoer->sock, message, sizeof(message), 0);
		if (size < 0)
			return -errno;
		sequence = sequence_of(echoer, message + offset, size - offset,
				       length);
	} while (sequence == -ENOMSG);
	return sequence;
}

/*
 * Sends a sentinel. Returns how many replies to @count requests had reached
 * the stack when the sentinel's had; if @expected should, stragglers are
 * waited for. Or why this is not known: -EAGAIN if the sentinel was lost,
 * -EBADMSG if a reply was altered, -EEXIST if one came twice.
 */
static inline int collect(struct echoer *echoer, int count, size_t length,
			  int expected)
{
	bool came[ECHOES] = {}, ended = false;
	int sequence, replies = 0;

	echoer->sentinel = FIRST_SENTINEL | (echoer->sentinel + 1);
	if (send_echo(echoer, echoer->sentinel, ECHO_LENGTH))
		return -errno;
	while (!ended || replies < expected) {
		sequence = receive_echo(echoer, length);
		if (sequence == -EAGAIN && ended)
			break;
		if (sequence < 0)
			return sequence;
		if (sequence == echoer->sentinel)
			ended = true;
		if (sequence >= count)
			continue;
		if (came[sequence])
			return -EEXIST;
		came[sequence] = true;
		replies++;
	}
	return replies;
}

/* Sends @count requests and collects the replies. */
static inline int exchange(struct echoer *echoer, int count, size_t length,
			   int expected)
{
	int i;

	for (i = 0; i < count; i++) {
		if (send_echo(echoer, i, length))
			return -errno;
	}
	return collect(echoer, count, length, expected);
}

/* Waits until the remote answers: a link may have to come up first. */
static inline int reach_remote(struct echoer *echoer)
{
	int i, ret = -1;

	for (i = 0; i < ATTEMPTS && ret; i++) {
		ret = exchange(echoer, 0, ECHO_LENGTH, 0);
		if (ret && ret != -EAGAIN)
			sleep(ANSWER_TIME);
	}
	return ret;
}

#endif
