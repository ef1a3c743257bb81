/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ldns/ldns.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"

#define UDP_SIZE 1232	  /* what passes everywhere without fragments */
#define UDP_RETRY_MS 700  /* one lost packet costs this, not the whole timeout */
#define MESSAGE_MAX 65535 /* of DNS over TCP: a two-octet length */
#define EDNS_EDE 15	  /* option code, RFC 8914 section 2 */

struct ask {
	struct loop *loop; /* borrowed */
	ask_fn *fn;
	void *arg;
	char *name; /* owned */
	uint16_t type, id;
	uint8_t *query; /* owned, wire form */
	size_t query_len;
	struct sockaddr_storage server;
	socklen_t server_len;
	int fd;
	bool tcp;
	struct loop_io *io;	     /* owned */
	struct loop_timer *deadline; /* owned */
	struct loop_timer *retry;    /* owned; also used to report a failure at start */
	uint8_t *in;		     /* owned; what came over TCP, its length first */
	size_t in_len, out_len;
	struct ask_reply reply;
};

static const char *const ede_names[] = {
	"Other Error",
	"Unsupported DNSKEY Algorithm",
	"Unsupported DS Digest Type",
	"Stale Answer",
	"Forged Answer",
	"DNSSEC Indeterminate",
	"DNSSEC Bogus",
	"Signature Expired",
	"Signature Not Yet Valid",
	"DNSKEY Missing",
	"RRSIGs Missing",
	"No Zone Key Bit Set",
	"NSEC Missing",
	"Cached Error",
	"Not Ready",
	"Blocked",
	"Censored",
	"Filtered",
	"Prohibited",
	"Stale NXDomain Answer",
	"Not Authoritative",
	"Not Supported",
	"No Reachable Authority",
	"Network Error",
	"Invalid Data",
};

const char *ask_ede_name(int code)
{
	if (code < 0 || (size_t)code >= sizeof(ede_names) / sizeof(ede_names[0]))
		return NULL;
	return ede_names[code];
}

static void read_ede(struct ask_reply *reply, ldns_pkt *pkt)
{
	const ldns_rdf *data = ldns_pkt_edns_data(pkt);
	const uint8_t *p = data ? ldns_rdf_data(data) : NULL;
	size_t left = data ? ldns_rdf_size(data) : 0, len;

	while (left >= 4) {
		len = (size_t)(p[2] << 8 | p[3]);
		if (len > left - 4)
			return;
		if ((p[0] << 8 | p[1]) == EDNS_EDE && len >= 2) {
			size_t text = len - 2;

			if (text >= sizeof(reply->ede_text))
				text = sizeof(reply->ede_text) - 1;
			reply->ede_code = p[4] << 8 | p[5];
			memcpy(reply->ede_text, p + 6, text);
			reply->ede_text[text] = '\0';
			return;
		}
		p += 4 + len;
		left -= 4 + len;
	}
}

/* FNV-1a over one record's data. */
static uint64_t hash_rr(const ldns_rr *rr)
{
	uint64_t h = 14695981039346656037u;
	size_t i, k;

	for (i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);

		for (k = 0; k < ldns_rdf_size(field); k++)
			h = (h ^ ldns_rdf_data(field)[k]) * 1099511628211u;
	}
	return h;
}

static void read_section(struct ask_reply *reply, const ldns_rr_list *list, uint16_t type)
{
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG)
			reply->has_rrsig = true;
		if (!type || ldns_rr_get_type(rr) != (ldns_rr_type)type)
			continue;
		reply->rr_count++;
		reply->rrset_hash += hash_rr(rr);
		if (type == LDNS_RR_TYPE_SOA && ldns_rr_rd_count(rr) > 2)
			reply->serial = ldns_rdf2native_int32(ldns_rr_rdf(rr, 2));
	}
}

static bool same_question(const ldns_pkt *pkt, const char *name, uint16_t type)
{
	const ldns_rr_list *question = ldns_pkt_question(pkt);
	ldns_rdf *wanted;
	bool same;

	if (!ldns_pkt_qr(pkt))
		return false;
	if (ldns_rr_list_rr_count(question) ==
	    0) /* some servers leave it out of errors */
		return ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NOERROR;
	wanted = ldns_dname_new_frm_str(name);
	same = wanted &&
	       ldns_rr_get_type(ldns_rr_list_rr(question, 0)) == (ldns_rr_type)type &&
	       ldns_dname_compare(ldns_rr_owner(ldns_rr_list_rr(question, 0)), wanted) ==
		       0;
	ldns_rdf_deep_free(wanted);
	return same;
}

static void read_packet(struct ask_reply *reply, ldns_pkt *pkt, uint16_t type)
{
	char *text = ldns_pkt_rcode2str(ldns_pkt_get_rcode(pkt));

	reply->answered = true;
	reply->rcode = (int)ldns_pkt_get_rcode(pkt);
	snprintf(reply->rcode_text, sizeof(reply->rcode_text), "%s", text ? text : "?");
	free(text);
	reply->authoritative = ldns_pkt_aa(pkt);
	read_section(reply, ldns_pkt_answer(pkt), type);
	if (!reply->rr_count)
		read_section(reply, ldns_pkt_authority(pkt), 0);
	read_ede(reply, pkt);
}

static void reply_init(struct ask_reply *reply)
{
	*reply = (struct ask_reply){ .serial = -1, .ede_code = -1 };
}

int ask_read_reply(const uint8_t *packet, size_t len, const char *name, uint16_t type,
		   struct ask_reply *ret_reply, struct why *why)
{
	struct ask_reply reply;
	ldns_pkt *pkt = NULL;
	ldns_status status = ldns_wire2pkt(&pkt, packet, len);

	if (status != LDNS_STATUS_OK)
		return why_set(why, DP_EFORMAT, "malformed answer: %s",
			       ldns_get_errorstr_by_id(status));
	if (!same_question(pkt, name, type)) {
		ldns_pkt_free(pkt);
		return why_set(why, DP_EFORMAT, "an answer to another question");
	}
	reply_init(&reply);
	read_packet(&reply, pkt, type);
	ldns_pkt_free(pkt);
	*ret_reply = reply;
	return 0;
}

static void close_socket(struct ask *a)
{
	loop_io_free(a->io);
	a->io = NULL;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static void finish(struct ask *a)
{
	ask_fn *fn = a->fn;

	close_socket(a);
	loop_timer_free(a->deadline);
	loop_timer_free(a->retry);
	a->deadline = a->retry = NULL;
	a->fn = NULL;
	if (fn)
		fn(a->arg, &a->reply);
}

static void fail(struct ask *a, const char *what)
{
	reply_init(&a->reply);
	snprintf(a->reply.error, sizeof(a->reply.error), "%.100s", what);
	finish(a);
}

static void on_deadline(void *arg)
{
	fail(arg, "no answer");
}

static void on_failed_start(void *arg)
{
	finish(arg);
}

static void on_udp_retry(void *arg)
{
	struct ask *a = arg;

	if (a->fd >= 0 && !a->tcp)
		(void)!send(a->fd, a->query, a->query_len, 0);
}

static int open_socket(struct ask *a, int type);

static void start_tcp(struct ask *a)
{
	close_socket(a);
	a->tcp = true;
	a->in = mem_resize(a->in, MESSAGE_MAX + 2);
	a->in_len = a->out_len = 0;
	if (open_socket(a, SOCK_STREAM) < 0)
		fail(a, strerror(errno));
}

static void take_reply(struct ask *a, const uint8_t *packet, size_t len)
{
	struct why why;

	if (ask_read_reply(packet, len, a->name, a->type, &a->reply, &why) < 0)
		fail(a, why.text);
	else
		finish(a);
}

static void on_udp(void *arg, bool readable, bool writable)
{
	struct ask *a = arg;
	uint8_t packet[4096];
	ssize_t n;

	(void)writable;
	if (!readable)
		return;
	n = recv(a->fd, packet, sizeof(packet), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		fail(a, strerror(errno));
		return;
	}
	if (n < LDNS_HEADER_SIZE || LDNS_ID_WIRE(packet) != a->id)
		return; /* not ours: go on listening */
	if (LDNS_TC_WIRE(packet))
		start_tcp(a);
	else
		take_reply(a, packet, (size_t)n);
}

static void send_tcp(struct ask *a)
{
	uint8_t prefix[2] = { (uint8_t)(a->query_len >> 8), (uint8_t)a->query_len };
	ssize_t n;

	while (a->out_len < a->query_len + 2) {
		if (a->out_len < 2)
			n = send(a->fd, prefix + a->out_len, 2 - a->out_len,
				 MSG_NOSIGNAL | MSG_MORE);
		else
			n = send(a->fd, a->query + a->out_len - 2,
				 a->query_len + 2 - a->out_len, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			fail(a, strerror(errno));
			return;
		}
		a->out_len += (size_t)n;
	}
	loop_io_want(a->io, true, false);
}

static void receive_tcp(struct ask *a)
{
	size_t want;
	ssize_t n;

	n = recv(a->fd, a->in + a->in_len, MESSAGE_MAX + 2 - a->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(a, n < 0 ? strerror(errno) : "closed the connection");
		return;
	}
	a->in_len += (size_t)n;
	if (a->in_len < 2)
		return;
	want = (size_t)(a->in[0] << 8 | a->in[1]);
	if (a->in_len >= want + 2)
		take_reply(a, a->in + 2, want);
}

static void on_tcp(void *arg, bool readable, bool writable)
{
	struct ask *a = arg;

	if (writable)
		send_tcp(a);
	else if (readable)
		receive_tcp(a);
}

static int open_socket(struct ask *a, int type)
{
	a->fd = socket(a->server.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return -1;
	if (connect(a->fd, (struct sockaddr *)&a->server, a->server_len) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	a->io = loop_io_new(a->loop, a->fd, type == SOCK_DGRAM ? on_udp : on_tcp, a);
	if (type == SOCK_STREAM) {
		loop_io_want(a->io, false, true);
		return 0;
	}
	loop_io_want(a->io, true, false);
	return send(a->fd, a->query, a->query_len, 0) < 0 ? -1 : 0;
}

static int parse_server(struct ask *a, const char *text, struct why *why)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_DGRAM };
	const char *at = strchr(text, '@');
	char *host = mem_text_n(text, at ? (size_t)(at - text) : strlen(text));
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(host, at ? at + 1 : "53", &hints, &found);

	free(host);
	if (rc != 0)
		return why_set(why, DP_EINVAL, "'%s' is not the address of a name server",
			       text);
	memcpy(&a->server, found->ai_addr, found->ai_addrlen);
	a->server_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int make_query(struct ask *a, const struct ask_conf *conf, struct why *why)
{
	ldns_rdf *name = ldns_dname_new_frm_str(conf->name);
	uint16_t flags = (uint16_t)((conf->recursive ? LDNS_RD : 0) |
				    (conf->unchecked ? LDNS_CD : 0));
	ldns_pkt *pkt;
	int rc = 0;

	if (!name)
		return why_set(why, DP_EINVAL, "'%s' is not a domain name", conf->name);
	pkt = ldns_pkt_query_new(name, (ldns_rr_type)conf->type, LDNS_RR_CLASS_IN, flags);
	if (!pkt) {
		ldns_rdf_deep_free(name);
		return why_set(why, DP_EDNS, "can't make a question for %s", conf->name);
	}
	ldns_pkt_set_random_id(pkt);
	ldns_pkt_set_edns_udp_size(pkt, UDP_SIZE);
	ldns_pkt_set_edns_do(pkt, true);
	a->id = ldns_pkt_id(pkt);
	if (ldns_pkt2wire(&a->query, pkt, &a->query_len) != LDNS_STATUS_OK)
		rc = why_set(why, DP_EDNS, "can't make a question for %s", conf->name);
	ldns_pkt_free(pkt);
	return rc;
}

int ask_new(struct loop *loop, const struct ask_conf *conf, ask_fn *fn, void *arg,
	    struct ask **ret_ask, struct why *why)
{
	struct ask *a = mem_zero(sizeof(*a));
	int rc;

	a->loop = loop;
	a->fn = fn;
	a->arg = arg;
	a->fd = -1;
	a->name = mem_text(conf->name);
	a->type = conf->type;
	rc = parse_server(a, conf->server, why);
	if (rc == 0)
		rc = make_query(a, conf, why);
	if (rc < 0) {
		ask_free(a);
		return rc;
	}
	if (open_socket(a, SOCK_DGRAM) < 0) {
		reply_init(&a->reply);
		snprintf(a->reply.error, sizeof(a->reply.error), "%s", strerror(errno));
		close_socket(a);
		a->retry = loop_timer_new(loop, 0, on_failed_start, a);
	} else {
		a->deadline = loop_timer_new(loop, conf->timeout_ms, on_deadline, a);
		a->retry = loop_timer_new(loop, UDP_RETRY_MS, on_udp_retry, a);
	}
	*ret_ask = a;
	return 0;
}

void ask_free(struct ask *a)
{
	if (!a)
		return;
	close_socket(a);
	loop_timer_free(a->deadline);
	loop_timer_free(a->retry);
	free(a->name);
	free(a->query);
	free(a->in);
	free(a);
}
