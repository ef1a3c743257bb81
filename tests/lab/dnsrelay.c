/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DNS relay of the lab that misbehaves: dnsrelay ADDRESS UPSTREAM MODE..., both at port 53.
 *
 *   strip             no RRSIG, NSEC, NSEC3, no AD
 *   rcode:TYPE:RCODE  questions for TYPE (ANY: all) get RCODE, the upstream isn't asked
 *   drop:TYPE         they get no answer
 *   lie:TYPE          the last octet of every record of TYPE is changed
 *   garbage:TYPE      the answer's body is noise
 *   question:TYPE     the answer is to another question
 *   ede:CODE:TEXT     SERVFAIL carries this extended DNS error
 *   delay:MS          every answer comes so much later
 *   tc                every UDP answer is truncated
 *
 * The upstream is asked over TCP, so a long answer arrives whole. One process a question.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	DNS_PORT = 53,
	HEADER_LEN = 12,
	QUESTION_LIFE_S = 15,
};

static struct {
	bool strip, tc;
	ldns_rr_type rcode_type, drop, lie, garbage, question;
	ldns_pkt_rcode rcode;
	unsigned int delay_ms;
	uint16_t ede_code;
	const char *ede_text;
} mode;

static struct sockaddr_in upstream;

static void die(const char *what)
{
	fprintf(stderr, "dnsrelay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool type_is(ldns_rr_type wanted, ldns_rr_type type)
{
	return wanted != 0 && (wanted == LDNS_RR_TYPE_ANY || wanted == type);
}

static bool stripped_type(ldns_rr_type type)
{
	return type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
	       type == LDNS_RR_TYPE_NSEC3;
}

static ldns_rr_list *list_change(ldns_rr_list *list)
{
	ldns_rr_list *kept = ldns_rr_list_new();
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (type_is(mode.lie, ldns_rr_get_type(rr))) {
			ldns_rdf *last = ldns_rr_rdf(rr, ldns_rr_rd_count(rr) - 1);

			ldns_rdf_data(last)[ldns_rdf_size(last) - 1] ^= 1;
		}
		if (!mode.strip || !stripped_type(ldns_rr_get_type(rr)))
			ldns_rr_list_push_rr(kept, rr);
	}
	return kept;
}

static void reply_change(ldns_pkt *reply)
{
	ldns_rr_list *answer = list_change(ldns_pkt_answer(reply));
	ldns_rr_list *authority = list_change(ldns_pkt_authority(reply));

	ldns_pkt_set_answer(reply, answer);
	ldns_pkt_set_ancount(reply, (uint16_t)ldns_rr_list_rr_count(answer));
	ldns_pkt_set_authority(reply, authority);
	ldns_pkt_set_nscount(reply, (uint16_t)ldns_rr_list_rr_count(authority));
	if (mode.strip)
		ldns_pkt_set_ad(reply, false);
}

static void reply_add_ede(ldns_pkt *reply)
{
	const size_t text_len = strlen(mode.ede_text);
	uint8_t option[512] = { 0, 15 };

	if (text_len > sizeof(option) - 6)
		return;
	ldns_write_uint16(option + 2, (uint16_t)(2 + text_len));
	ldns_write_uint16(option + 4, mode.ede_code);
	memcpy(option + 6, mode.ede_text, text_len);
	ldns_pkt_set_edns_udp_size(reply, 1232);
	ldns_pkt_set_edns_data(reply, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_NONE, 6 + text_len,
							    option));
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_all(int fd, uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, data, len);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_message(int fd, const uint8_t *wire, size_t len)
{
	uint8_t prefix[2];

	ldns_write_uint16(prefix, (uint16_t)len);
	return write_all(fd, prefix, sizeof(prefix)) && write_all(fd, wire, len);
}

/* The message's length, 0 when there is none. */
static size_t read_message(int fd, uint8_t *wire)
{
	uint8_t prefix[2];
	size_t len;

	if (!read_all(fd, prefix, sizeof(prefix)))
		return 0;
	len = ldns_read_uint16(prefix);
	return read_all(fd, wire, len) ? len : 0;
}

static ldns_pkt *ask_upstream(const uint8_t *query, size_t len)
{
	static uint8_t wire[LDNS_MAX_PACKETLEN];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ldns_pkt *reply = NULL;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&upstream, sizeof(upstream)) < 0)
		return NULL;
	if (write_message(fd, query, len)) {
		len = read_message(fd, wire);
		if (len == 0 || ldns_wire2pkt(&reply, wire, len) != LDNS_STATUS_OK)
			reply = NULL;
	}
	close(fd);
	return reply;
}

/* A reply with nothing but the question. */
static ldns_pkt *reply_empty(const ldns_pkt *query, ldns_pkt_rcode rcode)
{
	ldns_pkt *reply = ldns_pkt_clone(query);

	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_ra(reply, true);
	ldns_pkt_set_rcode(reply, rcode);
	return reply;
}

static void reply_ask_other(ldns_pkt *reply)
{
	ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(reply), 0);

	ldns_rdf_data(ldns_rr_owner(question))[1] ^= 1;
}

/* The reply in wire format, or NULL for none; free() it. */
static uint8_t *answer(const uint8_t *query_wire, size_t query_len, bool udp, size_t *ret_len)
{
	ldns_pkt *query, *reply;
	ldns_rr_type type;
	uint8_t *wire;
	size_t limit, i;

	if (ldns_wire2pkt(&query, query_wire, query_len) != LDNS_STATUS_OK ||
	    ldns_pkt_qdcount(query) != 1)
		return NULL;
	type = ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_question(query), 0));
	limit = ldns_pkt_edns_udp_size(query) > 512 ? ldns_pkt_edns_udp_size(query) : 512;
	if (mode.delay_ms > 0)
		poll(NULL, 0, (int)mode.delay_ms);
	if (type_is(mode.drop, type))
		return NULL;
	reply = type_is(mode.rcode_type, type) ? reply_empty(query, mode.rcode) :
						 ask_upstream(query_wire, query_len);
	if (reply == NULL)
		return NULL;
	reply_change(reply);
	if (mode.ede_text != NULL && ldns_pkt_get_rcode(reply) == LDNS_RCODE_SERVFAIL)
		reply_add_ede(reply);
	if (type_is(mode.question, type))
		reply_ask_other(reply);
	if (ldns_pkt2wire(&wire, reply, ret_len) != LDNS_STATUS_OK)
		return NULL;
	if (udp && (mode.tc || *ret_len > limit)) {
		reply = reply_empty(query, ldns_pkt_get_rcode(reply));
		ldns_pkt_set_tc(reply, true);
		if (ldns_pkt2wire(&wire, reply, ret_len) != LDNS_STATUS_OK)
			return NULL;
	}
	for (i = HEADER_LEN; type_is(mode.garbage, type) && i < *ret_len; i++)
		wire[i] = (uint8_t)(0xc0 ^ (i * 37));
	return wire;
}

static void child_begins(void)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	alarm(QUESTION_LIFE_S);
}

static void serve_udp(int fd)
{
	static uint8_t query[LDNS_MAX_PACKETLEN];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from, &from_len);
	uint8_t *wire;
	size_t len;

	if (n < 0 || fork() != 0)
		return;
	child_begins();
	wire = answer(query, (size_t)n, true, &len);
	if (wire != NULL)
		(void)sendto(fd, wire, len, 0, (struct sockaddr *)&from, from_len);
	_exit(0);
}

static void serve_tcp(int listener)
{
	static uint8_t query[LDNS_MAX_PACKETLEN];
	int fd = accept(listener, NULL, NULL);
	uint8_t *wire;
	size_t len;

	if (fd < 0)
		return;
	if (fork() != 0) {
		close(fd);
		return;
	}
	child_begins();
	close(listener);
	while ((len = read_message(fd, query)) > 0) {
		wire = answer(query, len, false, &len);
		if (wire != NULL && !write_message(fd, wire, len))
			break;
	}
	_exit(0);
}

static bool parse_mode(char *text)
{
	char *what = strtok(text, ":");
	char *first = strtok(NULL, ":");
	char *second = strtok(NULL, "");
	const ldns_lookup_table *rcode;

	if (strcmp(what, "strip") == 0) {
		mode.strip = true;
	} else if (strcmp(what, "tc") == 0) {
		mode.tc = true;
	} else if (first == NULL) {
		return false;
	} else if (strcmp(what, "rcode") == 0) {
		rcode = second == NULL ? NULL : ldns_lookup_by_name(ldns_rcodes, second);
		if (rcode == NULL)
			return false;
		mode.rcode_type = ldns_get_rr_type_by_name(first);
		mode.rcode = (ldns_pkt_rcode)rcode->id;
	} else if (strcmp(what, "drop") == 0) {
		mode.drop = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "lie") == 0) {
		mode.lie = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "garbage") == 0) {
		mode.garbage = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "question") == 0) {
		mode.question = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "delay") == 0) {
		mode.delay_ms = (unsigned int)strtoul(first, NULL, 10);
	} else if (strcmp(what, "ede") == 0 && second != NULL) {
		mode.ede_code = (uint16_t)strtoul(first, NULL, 10);
		mode.ede_text = second;
	} else {
		return false;
	}
	return true;
}

static struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "dnsrelay: not an address: %s\n", text);
		exit(1);
	}
	return address;
}

static int bind_at(const struct sockaddr_in *address, int type)
{
	const int one = 1;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 64) < 0)
		die("listen");
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct sockaddr_in self;
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: dnsrelay ADDRESS UPSTREAM MODE...\n");
		return 1;
	}
	for (i = 3; i < argc; i++) {
		if (!parse_mode(argv[i])) {
			fprintf(stderr, "dnsrelay: no such mode: %s\n", argv[i]);
			return 1;
		}
	}
	self = parse_address(argv[1]);
	upstream = parse_address(argv[2]);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fds[0].fd = bind_at(&self, SOCK_DGRAM);
	fds[1].fd = bind_at(&self, SOCK_STREAM);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents != 0)
			serve_udp(fds[0].fd);
		if (fds[1].revents != 0)
			serve_tcp(fds[1].fd);
	}
}
