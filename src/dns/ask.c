/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fnv.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/dname.h"
#include "dns/rrtype.h"
#include "dns/server_address.h"
#include "dns/wire.h"

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
	struct server_address server;
	int fd;
	bool tcp, cut;		     /* cut: TCP is for an answer that was */
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

static void read_options(struct ask_reply *reply, const uint8_t *p, size_t left)
{
	size_t len, text;

	while (left >= 4) {
		len = wire_get16(p + 2);
		if (len > left - 4)
			return;
		if (wire_get16(p) == EDNS_EDE && len >= 2) {
			text = len - 2;
			if (text >= sizeof(reply->ede_text))
				text = sizeof(reply->ede_text) - 1;
			reply->ede_code = wire_get16(p + 4);
			memcpy(reply->ede_text, p + 6, text);
			reply->ede_text[text] = '\0';
			return;
		}
		p += 4 + len;
		left -= 4 + len;
	}
}

static int read_record(struct ask_reply *reply, const struct wire *wire,
		       const struct wire_rr *rr, struct why *why)
{
	uint8_t *data;
	size_t len;
	int rc = wire_rdata(wire, rr, &data, &len, why);

	if (rc < 0)
		return rc;
	reply->rr_count++;
	reply->rrset_hash += fnv_octets(data, len);
	if (rr->type == RRTYPE_SOA) /* serial, refresh, retry, expire, minimum */
		reply->serial = wire_get32(data + len - 20);
	free(data);
	return 0;
}

static bool has_rrsig(const struct wire *wire, enum wire_section section)
{
	size_t i;

	for (i = 0; i < wire->rr_count; i++)
		if (wire->rr[i].section == section && wire->rr[i].type == RRTYPE_RRSIG)
			return true;
	return false;
}

static bool same_question(const struct wire *wire, const char *name, uint16_t type)
{
	const struct wire_rr *question = wire->rr;
	struct dname wanted, asked;

	if (!(wire->flags & WIRE_QR))
		return false;
	/* some servers leave it out of errors */
	if (!wire->rr_count || question->section != WIRE_QUESTION)
		return wire_rcode(wire) != WIRE_NOERROR;
	return question->type == type && dname_from_text(name, &wanted, NULL) == 0 &&
	       wire_name(wire, question->owner, &asked, NULL, NULL) == 0 &&
	       dname_equal(&wanted, &asked);
}

static int read_packet(struct ask_reply *reply, const struct wire *wire, uint16_t type,
		       struct why *why)
{
	const struct wire_rr *rr;
	size_t i;
	int rc = 0;

	reply->answered = true;
	reply->rcode = wire_rcode(wire);
	wire_rcode_text(reply->rcode, reply->rcode_text);
	reply->authoritative = wire->flags & WIRE_AA;
	for (i = 0; rc == 0 && i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section == WIRE_ANSWER && rr->type == type)
			rc = read_record(reply, wire, rr, why);
		else if (rr->section == WIRE_ADDITIONAL && rr->type == RRTYPE_OPT)
			read_options(reply, wire->data + rr->rdata, rr->rdata_len);
	}
	reply->has_rrsig = has_rrsig(wire, WIRE_ANSWER) ||
			   (!reply->rr_count && has_rrsig(wire, WIRE_AUTHORITY));
	return rc;
}

static void reply_init(struct ask_reply *reply)
{
	*reply = (struct ask_reply){ .serial = -1, .ede_code = -1 };
}

int ask_read_reply(const uint8_t *packet, size_t len, const char *name, uint16_t type,
		   struct ask_reply *ret_reply, struct why *why)
{
	struct why inner = { "" };
	struct ask_reply reply;
	struct wire wire;
	int rc = wire_parse(packet, len, &wire, &inner);

	if (rc < 0)
		return why_set(why, rc, "malformed answer: %s", inner.text);
	reply_init(&reply);
	if (!same_question(&wire, name, type)) {
		rc = why_set(why, DP_EFORMAT, "an answer to another question");
	} else {
		rc = read_packet(&reply, &wire, type, &inner);
		if (rc < 0)
			why_set(why, rc, "malformed answer: %s", inner.text);
	}
	wire_clear(&wire);
	if (rc == 0)
		*ret_reply = reply;
	return rc;
}

static void close_socket(struct ask *a)
{
	loop_io_free(a->io);
	a->io = NULL;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static void close_and_tell(struct ask *a)
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

static void end_without(struct ask *a, const char *what, bool timed_out)
{
	reply_init(&a->reply);
	a->reply.timed_out = timed_out;
	a->reply.cut = a->cut;
	snprintf(a->reply.error, sizeof(a->reply.error), "%s%s",
		 a->cut ? "truncated over UDP, and TCP port 53 doesn't answer: " : "",
		 what);
	close_and_tell(a);
}

static void give_up(struct ask *a, const char *what)
{
	end_without(a, what, false);
}

static void on_silence(void *arg)
{
	end_without(arg, "no answer", true);
}

static void on_failed_start(void *arg)
{
	close_and_tell(arg);
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
	a->tcp = a->cut = true;
	a->in = mem_resize(a->in, MESSAGE_MAX + 2);
	a->in_len = a->out_len = 0;
	if (open_socket(a, SOCK_STREAM) < 0)
		give_up(a, strerror(errno));
}

static void take_reply(struct ask *a, const uint8_t *packet, size_t len)
{
	struct why why;

	if (ask_read_reply(packet, len, a->name, a->type, &a->reply, &why) < 0) {
		give_up(a, why.text);
		return;
	}
	a->reply.packet = packet;
	a->reply.packet_len = len;
	close_and_tell(a);
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
		give_up(a, strerror(errno));
		return;
	}
	if (n < WIRE_HEADER_LEN || wire_get16(packet) != a->id)
		return; /* not our reply: go on listening */
	if (wire_get16(packet + 2) & WIRE_TC)
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
			give_up(a, strerror(errno));
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
		give_up(a, n < 0 ? strerror(errno) : "closed the connection");
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
	a->fd = socket(a->server.socket.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (a->fd < 0)
		return -1;
	if (connect(a->fd, (struct sockaddr *)&a->server.socket, a->server.len) < 0 &&
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

static int make_query(struct ask *a, const struct ask_conf *conf, struct why *why)
{
	unsigned flags =
		(conf->recursive ? WIRE_RD : 0) | (conf->unchecked ? WIRE_CD : 0);
	struct dname name;
	int rc = dname_from_text(conf->name, &name, why);

	if (rc < 0)
		return rc;
	if (getentropy(&a->id, sizeof(a->id)) < 0)
		return why_errno(why, errno, "no random number for a question");
	a->query = wire_query(&name, conf->type, a->id, (uint16_t)flags, UDP_SIZE,
			      &a->query_len);
	return 0;
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
	rc = server_address_parse(conf->server, &a->server, why);
	if (rc == 0)
		rc = make_query(a, conf, why);
	if (rc < 0) {
		ask_free(a);
		return rc;
	}
	a->tcp = conf->tcp;
	if (conf->tcp)
		a->in = mem_resize(NULL, MESSAGE_MAX + 2);
	if (open_socket(a, conf->tcp ? SOCK_STREAM : SOCK_DGRAM) < 0) {
		reply_init(&a->reply);
		a->reply.unreachable = errno == ENETUNREACH || errno == EADDRNOTAVAIL ||
				       errno == EAFNOSUPPORT;
		snprintf(a->reply.error, sizeof(a->reply.error), "%s", strerror(errno));
		close_socket(a);
		a->retry = loop_timer_new(loop, 0, on_failed_start, a);
	} else {
		a->deadline = loop_timer_new(loop, conf->timeout_ms, on_silence, a);
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
