/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns_server.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "packet.h"

struct dns_server {
	struct loop *loop;
	enum dns_server_mode mode;
	int udp, tcp, peer;
	struct loop_io *udp_io, *tcp_io, *peer_io;
	char address[32];
	int questions;
};

/* What there is of each type, whatever the name. */
static char *records_of(const char *name, const char *type, bool is_signed)
{
	const char *data = !strcmp(type, "A")	     ? "192.0.2.1"
			   : !strcmp(type, "DNSKEY") ? "257 3 13 AAAA"
						     : NULL;
	char *records, *sig;

	if (!data)
		return mem_text("");
	records = mem_printf("%s 300 IN %s %s\n", name, type, data);
	if (!is_signed)
		return records;
	sig = mem_printf("%s%s 300 IN RRSIG %s 13 0 300 20300101000000 20200101000000 1 "
			 ". AAAA\n",
			 records, name, type);
	free(records);
	return sig;
}

static uint8_t *answer(const struct dns_server *s, const uint8_t *query, size_t len,
		       bool udp, size_t *ret_len)
{
	bool cut = udp && (s->mode == DNS_SERVER_CUTS || s->mode == DNS_SERVER_CLOSES);
	int rcode = s->mode == DNS_SERVER_REFUSES ? LDNS_RCODE_REFUSED : 0;
	char *name, *type, *records;
	const ldns_rr *question;
	uint8_t *reply;
	ldns_pkt *pkt;

	if (ldns_wire2pkt(&pkt, query, len) != LDNS_STATUS_OK)
		abort();
	question = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
	name = ldns_rdf2str(ldns_rr_owner(question));
	type = ldns_rr_type2str(ldns_rr_get_type(question));
	records = cut || rcode ? mem_text("")
			       : records_of(name, type, s->mode != DNS_SERVER_UNSIGNED);
	reply = packet_make(s->mode == DNS_SERVER_OTHER ? "other." : name,
			    (int)ldns_rr_get_type(question), rcode, cut ? PACKET_TC : 0,
			    records, NULL, ret_len);
	memcpy(reply, query, 2);
	free(records);
	free(name);
	free(type);
	ldns_pkt_free(pkt);
	return reply;
}

static void on_udp(void *arg, bool readable, bool writable)
{
	struct dns_server *s = arg;
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof(peer);
	uint8_t query[4096], *reply;
	size_t reply_len;
	ssize_t len = recvfrom(s->udp, query, sizeof(query), 0, (struct sockaddr *)&peer,
			       &peer_len);

	(void)readable;
	(void)writable;
	if (len < 12)
		return;
	s->questions++;
	if (s->mode == DNS_SERVER_SILENT)
		return;
	reply = answer(s, query, (size_t)len, true, &reply_len);
	if (s->mode == DNS_SERVER_WRONG_ID) {
		reply[0] ^= 1;
		(void)!sendto(s->udp, reply, reply_len, 0, (struct sockaddr *)&peer,
			      peer_len);
		reply[0] ^= 1;
	}
	(void)!sendto(s->udp, reply, reply_len, 0, (struct sockaddr *)&peer, peer_len);
	free(reply);
}

static void close_peer(struct dns_server *s)
{
	loop_io_free(s->peer_io);
	s->peer_io = NULL;
	if (s->peer >= 0)
		close(s->peer);
	s->peer = -1;
}

/* Octet by octet, so that the asker has to put the message together. */
static void on_peer(void *arg, bool readable, bool writable)
{
	struct dns_server *s = arg;
	uint8_t query[4096], *reply, prefix[2];
	ssize_t len = recv(s->peer, query, sizeof(query), MSG_PEEK);
	size_t reply_len, i;

	(void)readable;
	(void)writable;
	if (len > 0 && (len < 2 || len < (query[0] << 8 | query[1]) + 2))
		return;
	if (len > 0)
		len = recv(s->peer, query, sizeof(query), 0);
	if (len <= 0) {
		close_peer(s);
		return;
	}
	reply = answer(s, query + 2, (size_t)len - 2, false, &reply_len);
	prefix[0] = (uint8_t)(reply_len >> 8);
	prefix[1] = (uint8_t)reply_len;
	for (i = 0; i < 2; i++)
		(void)!write(s->peer, prefix + i, 1);
	(void)!write(s->peer, reply, reply_len);
	free(reply);
}

static void on_accept(void *arg, bool readable, bool writable)
{
	struct dns_server *s = arg;

	(void)readable;
	(void)writable;
	close_peer(s);
	s->peer = accept(s->tcp, NULL, NULL);
	if (s->mode == DNS_SERVER_CLOSES) {
		close_peer(s);
		return;
	}
	s->peer_io = loop_io_new(s->loop, s->peer, on_peer, s);
	loop_io_want(s->peer_io, true, false);
}

struct dns_server *dns_server_new(struct loop *loop, enum dns_server_mode mode)
{
	struct dns_server *s = mem_zero(sizeof(*s));
	struct sockaddr_in self = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(self);

	s->loop = loop;
	s->mode = mode;
	s->peer = -1;
	s->udp = socket(AF_INET, SOCK_DGRAM, 0);
	s->tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s->tcp, (struct sockaddr *)&self, len) < 0 || listen(s->tcp, 4) < 0 ||
	    getsockname(s->tcp, (struct sockaddr *)&self, &len) < 0 ||
	    bind(s->udp, (struct sockaddr *)&self, len) < 0)
		abort();
	snprintf(s->address, sizeof(s->address), "127.0.0.1@%d", ntohs(self.sin_port));
	s->udp_io = loop_io_new(loop, s->udp, on_udp, s);
	s->tcp_io = loop_io_new(loop, s->tcp, on_accept, s);
	loop_io_want(s->udp_io, true, false);
	loop_io_want(s->tcp_io, true, false);
	return s;
}

const char *dns_server_address(const struct dns_server *s)
{
	return s->address;
}

int dns_server_questions(const struct dns_server *s)
{
	return s->questions;
}

void dns_server_free(struct dns_server *s)
{
	if (!s)
		return;
	close_peer(s);
	loop_io_free(s->udp_io);
	loop_io_free(s->tcp_io);
	close(s->udp);
	close(s->tcp);
	free(s);
}
