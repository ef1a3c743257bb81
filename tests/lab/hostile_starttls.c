/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that misbehave before TLS. hostile_starttls CHAIN KEY ADDRESS=SCRIPT... plays
 * each script of the table at its address, at the port of every protocol of protocol.c.
 */
#include <ctype.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"
#include "protocol.h"

enum {
	MAX_LISTENERS = 512,
	COMMAND_MAX = 4096,
	CHUNK_PAUSE_US = 300,
};

/* How often a script does what it does. */
enum when { NEVER, FIRST_TIME, ALWAYS };

/* In place of what the server should say. */
enum part { RIGHT, REFUSAL, NO_OFFER, BUSY, GONE, PADDED, GARBAGE };

struct script {
	const char *name;
	enum part part;
	enum when when;	 /* for part, and close */
	bool close;	 /* before a word */
	bool split;	 /* a byte at a time */
	bool endless;	 /* the padding never ends */
	bool inject;	 /* plaintext in one write with the go-ahead */
	enum part after; /* the go-ahead: GARBAGE, or REFUSAL for a closed connection */
	bool silent, stuck; /* from the beginning, from the go-ahead on */
	int delay_ms;	    /* before the first word */
	bool raw;	    /* a raw public key (RFC 7250), and no certificate */
};

static const struct script scripts[] = {
	{ .name = "good" },
	{ .name = "raw", .raw = true },
	{ .name = "refuses", .part = REFUSAL },
	{ .name = "no-offer", .part = NO_OFFER },
	{ .name = "injects", .inject = true },
	{ .name = "garbage", .part = GARBAGE, .when = ALWAYS },
	{ .name = "banner", .part = PADDED, .when = ALWAYS },
	{ .name = "endless", .part = PADDED, .when = ALWAYS, .endless = true },
	{ .name = "split", .split = true },
	{ .name = "late", .delay_ms = 2000 },
	{ .name = "later", .delay_ms = 6000 },
	{ .name = "busy", .part = BUSY, .when = ALWAYS },
	{ .name = "busy-once", .part = BUSY, .when = FIRST_TIME },
	{ .name = "gone", .part = GONE, .when = ALWAYS },
	{ .name = "closes", .close = true, .when = ALWAYS },
	{ .name = "closes-once", .close = true, .when = FIRST_TIME },
	{ .name = "silent", .silent = true },
	{ .name = "stuck", .stuck = true },
	{ .name = "garbage-tls", .after = GARBAGE },
	{ .name = "closes-tls", .after = REFUSAL },
};

struct role {
	const struct script *script;
	const struct protocol *protocol;
};

struct peer {
	int fd;
	const struct script *s;
	const struct protocol *d;
	bool first; /* the first connection */
	bool spoken;
	struct words command; /* the client's latest */
	uint8_t buf[COMMAND_MAX];
};

static const struct words garbage = {
	"Welcome! This is neither the protocol that you expect nor any other.\r\n> \n",
	73,
};

static gnutls_certificate_credentials_t credentials, raw_credentials;

static void pause_us(long us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

static void write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len > 0; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n <= 0)
			_exit(0);
	}
}

/* What IMAP and LDAP clients want to find again in the answer. */
static struct words tag_of(const struct peer *p)
{
	struct words tag = { "*", 1 };

	if (p->d->shape == PROTOCOL_BER && p->command.len > 4) {
		/* behind the tag and length of the SEQUENCE, and of the INTEGER */
		size_t at = (p->command.data[1] & 0x80 ? 2u + (p->command.data[1] & 0x7f)
						       : 2u) +
			    2;

		if (at < p->command.len)
			tag.data = &p->command.data[at];
	} else if (p->command.len > 0) {
		tag.data = p->command.data;
		tag.len = strcspn(tag.data, " \r\n");
	}
	return tag;
}

static void add(char **at, struct words w)
{
	memcpy(*at, w.data, w.len);
	*at += w.len;
}

/* The words with tag and padding filled in; never freed. */
static struct words fill(const struct peer *p, struct words w)
{
	const size_t times = p->d->pad.len ? PROTOCOL_PAD_LEN / p->d->pad.len + 1 : 0;
	char *out = malloc(w.len + COMMAND_MAX + times * (p->d->pad.len + 1));
	char *at = out;
	size_t i, j;

	if (out == NULL)
		die("malloc");
	for (i = 0; i < w.len; i++) {
		if (w.data[i] == PROTOCOL_TAG)
			add(&at, tag_of(p));
		else if (w.data[i] == PROTOCOL_PAD)
			for (j = 0; j < PROTOCOL_PAD_LEN; j += p->d->pad.len)
				add(&at, p->d->pad);
		else
			*at++ = w.data[i];
	}
	return (struct words){ out, (size_t)(at - out) };
}

static void say(struct peer *p, struct words w)
{
	const struct words out = fill(p, w);
	size_t i;

	if (!p->s->split) {
		write_all(p->fd, out.data, out.len);
		return;
	}
	for (i = 0; i < out.len; i++) {
		write_all(p->fd, &out.data[i], 1);
		pause_us(CHUNK_PAUSE_US);
	}
}

static _Noreturn void listen_only(struct peer *p)
{
	while (read(p->fd, p->buf, sizeof(p->buf)) > 0)
		;
	_exit(0);
}

static _Noreturn void hang_up(struct peer *p)
{
	shutdown(p->fd, SHUT_WR);
	listen_only(p);
}

static bool applies(const struct peer *p)
{
	return p->s->when == ALWAYS || (p->s->when == FIRST_TIME && p->first);
}

/* What is said first, in place of right; the connection may end by it. */
static struct words first_words(struct peer *p, struct words right)
{
	if (p->s->delay_ms)
		pause_us(p->s->delay_ms * 1000L);
	if (!applies(p))
		return right;
	switch (p->s->part) {
	case BUSY:
		say(p, p->d->busy);
		hang_up(p);
	case GONE:
		say(p, p->d->gone);
		hang_up(p);
	case GARBAGE:
		say(p, garbage);
		listen_only(p);
	case PADDED:
		right = p->d->padded;
		break;
	case RIGHT:
	case REFUSAL:
	case NO_OFFER:
		break;
	}
	if (!p->s->endless)
		return right;
	right.len = strcspn(right.data, "\xf2");
	say(p, right);
	for (;;)
		say(p, p->d->pad);
}

/* Says w, or, where these are the first words, what the script has instead. */
static void answer(struct peer *p, struct words w)
{
	if (!p->spoken)
		w = first_words(p, w);
	p->spoken = true;
	say(p, w);
}

/* How many of the len bytes in buf are one command; 0: it isn't whole yet. */
static size_t command_len(enum protocol_shape shape, const uint8_t *buf, size_t len)
{
	const uint8_t *end;
	size_t n = 0, i;

	switch (shape) {
	case PROTOCOL_LINES:
	case PROTOCOL_TAGS:
		end = memchr(buf, shape == PROTOCOL_LINES ? '\n' : '>', len);
		return end == NULL ? 0 : (size_t)(end - buf) + 1;
	case PROTOCOL_BER:
		if (len < 2)
			return 0;
		n = buf[1] & 0x7fu;
		if (buf[1] & 0x80) {
			const size_t octets = n;

			for (n = 0, i = 0; i < octets && 2 + i < len; i++)
				n = n << 8 | buf[2 + i];
			n += octets;
		}
		n += 2;
		break;
	case PROTOCOL_8:
		n = 8;
		break;
	case PROTOCOL_36:
		n = 36;
		break;
	}
	return len < n ? 0 : n;
}

/* Reads byte by byte, so that no byte of the handshake is taken. */
static void read_command(struct peer *p)
{
	size_t len = 0, n = 0;

	while (n == 0) {
		if (len == sizeof(p->buf) - 1 || read(p->fd, &p->buf[len], 1) <= 0)
			_exit(0);
		len++;
		n = command_len(p->d->shape, p->buf, len);
	}
	p->buf[len] = '\0';
	p->command.data = (const char *)p->buf;
	p->command.len = len;
}

/* Whether the command has the upper-case text in it, in any case. */
static bool has(const struct peer *p, const char *text)
{
	const size_t len = strlen(text);
	size_t i, j;

	for (i = 0; i + len <= p->command.len; i++) {
		for (j = 0; j < len; j++)
			if (toupper((unsigned char)p->command.data[i + j]) != text[j])
				break;
		if (j == len)
			return true;
	}
	return false;
}

static void shake_hands(struct peer *p)
{
	gnutls_session_t session;
	char buf[4096];
	int rc;

	gnutls_init(&session, GNUTLS_SERVER | (p->s->raw ? GNUTLS_ENABLE_RAWPK : 0));
	gnutls_priority_set_direct(session,
				   p->s->raw ? "NORMAL:-CTYPE-ALL:+CTYPE-SRV-RAWPK:"
					       "+CTYPE-CLI-X509"
					     : "NORMAL",
				   NULL);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
			       p->s->raw ? raw_credentials : credentials);
	gnutls_transport_set_int(session, p->fd);
	do
		rc = gnutls_handshake(session);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	while (rc >= 0 && gnutls_record_recv(session, buf, sizeof(buf)) > 0)
		;
	_exit(0);
}

/* One write, so that both come at once. */
static _Noreturn void inject(struct peer *p, struct words words)
{
	const struct words right = fill(p, words);
	const struct words more = fill(p, p->d->inject);
	char *data = malloc(right.len + more.len);
	char *at = data;

	if (data == NULL)
		die("malloc");
	add(&at, right);
	add(&at, more);
	write_all(p->fd, data, right.len + more.len);
	listen_only(p);
}

static void go_ahead(struct peer *p)
{
	if (p->s->inject)
		inject(p, p->d->go);
	answer(p, p->d->go);
	if (p->s->stuck)
		listen_only(p);
	if (p->s->after == RIGHT)
		shake_hands(p);
	if (read(p->fd, p->buf, sizeof(p->buf)) <= 0)
		_exit(0);
	if (p->s->after == REFUSAL)
		hang_up(p);
	say(p, garbage);
	listen_only(p);
}

/* Protocols without a capability have it in the greeting, or nowhere. */
static bool no_offer_greets(const struct protocol *d)
{
	return d->ask == NULL && d->greeting.len > 0;
}

static void on_command(struct peer *p)
{
	const bool no_offer = p->s->part == NO_OFFER;
	const struct protocol *d = p->d;

	if (d->ask != NULL && has(p, d->ask)) {
		answer(p, no_offer ? d->no_offer : d->offer);
	} else if (has(p, d->start)) {
		if (no_offer && d->ask == NULL && !no_offer_greets(d))
			answer(p, d->no_offer);
		else if (p->s->part == REFUSAL || no_offer)
			answer(p, d->refusal);
		else
			go_ahead(p);
	} else if (has(p, "QUIT") || has(p, "LOGOUT") || has(p, "</STREAM:STREAM")) {
		hang_up(p);
	} else if (d->unknown.len > 0) {
		answer(p, d->unknown);
	}
}

static void serve(int fd, unsigned count, const void *arg)
{
	const struct role *role = arg;
	struct peer p = { .fd = fd, .s = role->script, .d = role->protocol };
	const int one = 1;

	/* Every second one, so that the same check may be run again. */
	p.first = count % 2 == 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (p.s->silent)
		listen_only(&p);
	if (p.s->close && applies(&p))
		hang_up(&p);
	/* MySQL's go-ahead is the greeting. */
	if (p.s->inject && p.d->go.len == 0)
		inject(&p, p.d->greeting);
	if (p.d->greeting.len > 0)
		answer(&p, p.s->part == NO_OFFER && no_offer_greets(p.d) ? p.d->no_offer
									 : p.d->greeting);
	for (;;) {
		read_command(&p);
		on_command(&p);
	}
}

static const struct script *script_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (strcmp(scripts[i].name, name) == 0)
			return &scripts[i];
	fprintf(stderr, "hostile_starttls: no such script: %s\n", name);
	exit(1);
}

/* A listener for each protocol; returns how many there are now. */
static size_t listen_scripted(const char *host, const struct script *script,
			      struct listener *listeners, size_t count)
{
	const struct protocol *d;
	struct address address;
	struct role *role;
	size_t i;

	for (i = 0; (d = protocol_at(i)) != NULL; i++) {
		if (script->part == PADDED && d->padded.len == 0)
			continue;
		role = malloc(sizeof(*role));
		if (role == NULL || count == MAX_LISTENERS)
			die("listen_scripted");
		role->script = script;
		role->protocol = d;
		address_set(host, d->port, &address);
		listeners[count].fd = listen_at(&address);
		listeners[count].serve = serve;
		listeners[count++].arg = role;
	}
	return count;
}

/* The key that the certificate has, without it. */
static int load_raw(const char *chain, const char *key_file)
{
	gnutls_datum_t cert, key, spki = { NULL, 0 };
	gnutls_x509_crt_t crt;
	gnutls_pubkey_t pubkey;

	if (gnutls_load_file(chain, &cert) < 0 || gnutls_load_file(key_file, &key) < 0)
		return -1;
	gnutls_certificate_allocate_credentials(&raw_credentials);
	gnutls_x509_crt_init(&crt);
	gnutls_pubkey_init(&pubkey);
	if (gnutls_x509_crt_import(crt, &cert, GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_pubkey_import_x509(pubkey, crt, 0) < 0 ||
	    gnutls_pubkey_export2(pubkey, GNUTLS_X509_FMT_PEM, &spki) < 0)
		return -1;
	return gnutls_certificate_set_rawpk_key_mem(
		raw_credentials, &spki, &key, GNUTLS_X509_FMT_PEM, NULL, 0, NULL, 0, 0);
}

int main(int argc, char **argv)
{
	static struct listener listeners[MAX_LISTENERS];
	size_t count = 0;
	char *equals;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: hostile_starttls CHAIN KEY ADDRESS=SCRIPT...\n");
		return 1;
	}
	gnutls_certificate_allocate_credentials(&credentials);
	if (gnutls_certificate_set_x509_key_file(credentials, argv[1], argv[2],
						 GNUTLS_X509_FMT_PEM) < 0 ||
	    load_raw(argv[1], argv[2]) < 0) {
		fprintf(stderr, "hostile_starttls: can't use %s, %s\n", argv[1], argv[2]);
		return 1;
	}
	for (i = 3; i < argc; i++) {
		equals = strchr(argv[i], '=');
		if (equals == NULL)
			return 1;
		*equals = '\0';
		count = listen_scripted(argv[i], script_find(equals + 1), listeners,
					count);
	}
	listen_all(listeners, count);
}
