/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A relay that hands every DNS answer on after a while: dnsdelay ADDRESS UPSTREAM MS,
 * both at UDP port 53. One process, for thousands of questions at once; it counts them
 * (tally.h).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tally.h"

enum {
	DNS_PORT = 53,
	IDS = 65536,
	PACKET_MAX = 4096,
	BUFFER_BYTES = 8 << 20,
};

struct asker {
	struct sockaddr_in from;
	uint8_t id[2];
};

/* An answer on its way; all wait equally long, so they leave in the order they came. */
struct waiting {
	struct waiting *next;
	struct sockaddr_in to;
	int64_t due_ns;
	size_t len;
	uint8_t packet[];
};

static struct asker asker[IDS];
static struct waiting *first, **last = &first;
static int64_t delay_ns;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = BUFFER_BYTES;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

static struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(DNS_PORT) };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		die(text);
	return address;
}

static void take_questions(int self, int upstream)
{
	static uint16_t next_id;
	uint8_t packet[PACKET_MAX];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	long questions = 0;
	ssize_t n;

	while ((n = recvfrom(self, packet, sizeof(packet), 0, (struct sockaddr *)&from,
			     &from_len)) > 2) {
		asker[++next_id].from = from;
		memcpy(asker[next_id].id, packet, 2);
		packet[0] = (uint8_t)(next_id >> 8);
		packet[1] = (uint8_t)next_id;
		(void)send(upstream, packet, (size_t)n, 0);
		questions++;
	}
	if (questions)
		tally_add(questions);
}

static void take_answers(int upstream)
{
	uint8_t packet[PACKET_MAX];
	ssize_t n;

	while ((n = recv(upstream, packet, sizeof(packet), 0)) > 2) {
		const struct asker *to = &asker[packet[0] << 8 | packet[1]];
		struct waiting *w = malloc(sizeof(*w) + (size_t)n);

		if (w == NULL)
			die("malloc");
		*w = (struct waiting){ .to = to->from,
				       .due_ns = now_ns() + delay_ns,
				       .len = (size_t)n };
		memcpy(w->packet, packet, (size_t)n);
		memcpy(w->packet, to->id, 2);
		*last = w;
		last = &w->next;
	}
}

static void send_due(int self)
{
	int64_t now = now_ns();
	struct waiting *w;

	while ((w = first) != NULL && w->due_ns <= now) {
		(void)sendto(self, w->packet, w->len, 0, (const struct sockaddr *)&w->to,
			     sizeof(w->to));
		first = w->next;
		if (first == NULL)
			last = &first;
		free(w);
	}
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct sockaddr_in self, upstream;
	int64_t left;

	if (argc != 4) {
		fprintf(stderr, "usage: dnsdelay ADDRESS UPSTREAM MS\n");
		return 1;
	}
	tally_open();
	self = parse_address(argv[1]);
	upstream = parse_address(argv[2]);
	delay_ns = atoi(argv[3]) * (int64_t)1000000;
	fds[0].fd = open_socket();
	fds[1].fd = open_socket();
	if (bind(fds[0].fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    connect(fds[1].fd, (const struct sockaddr *)&upstream, sizeof(upstream)) < 0)
		die(argv[1]);
	for (;;) {
		left = first == NULL ? -1 : (first->due_ns - now_ns()) / 1000000 + 1;
		(void)poll(fds, 2, left < 0 && first != NULL ? 0 : (int)left);
		take_questions(fds[0].fd, fds[1].fd);
		take_answers(fds[1].fd);
		send_due(fds[0].fd);
	}
}
