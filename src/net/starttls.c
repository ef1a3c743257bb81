/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/same.h"
#include "net/starttls_kind.h"
#include "net/xml.h"

/* Sieve's lines grow by the quoting of literals, at most twofold. */
#define FRAME_MAX (2 * (size_t)STARTTLS_SAID_MAX + 2)

static const struct starttls_kind *find_kind(enum service_start kind)
{
	switch (kind) {
	case SERVICE_SMTP:
		return starttls_smtp();
	case SERVICE_LMTP:
		return starttls_smtp_lmtp();
	case SERVICE_IMAP:
		return starttls_imap();
	case SERVICE_POP3:
		return starttls_pop3();
	case SERVICE_SIEVE:
		return starttls_sieve();
	case SERVICE_FTP:
		return starttls_ftp();
	case SERVICE_LDAP:
		return starttls_ldap();
	case SERVICE_XMPP_CLIENT:
		return starttls_xmpp_client();
	case SERVICE_XMPP_SERVER:
		return starttls_xmpp_server();
	case SERVICE_NNTP:
		return starttls_nntp();
	case SERVICE_POSTGRES:
		return starttls_postgres();
	case SERVICE_MYSQL:
		return starttls_mysql();
	case SERVICE_TLS_AT_ONCE:
		break;
	}
	return NULL;
}

struct starttls *starttls_new(const struct starttls_conf *conf)
{
	struct starttls *d = mem_zero(sizeof(*d));

	d->kind = find_kind(conf->kind);
	d->helo = mem_text(conf->helo ? conf->helo : "localhost");
	d->domain = mem_text(conf->domain ? conf->domain : "");
	d->awaited = "the greeting";
	line_init(&d->line, STARTTLS_SAID_MAX);
	reply_init(&d->reply, STARTTLS_SAID_MAX);
	buf_init(&d->list, STARTTLS_SAID_MAX);
	buf_init(&d->frame, FRAME_MAX);
	return d;
}

void starttls_free(struct starttls *d)
{
	if (!d)
		return;
	free(d->helo);
	free(d->domain);
	line_clear(&d->line);
	reply_clear(&d->reply);
	buf_clear(&d->list);
	buf_clear(&d->frame);
	xml_free(d->xml);
	free(d);
}

bool starttls_is_mail(enum service_start kind)
{
	const struct starttls_kind *k = find_kind(kind);

	return k && k->mail;
}

const char *starttls_bye(enum service_start kind, size_t *ret_len)
{
	const struct starttls_kind *k = find_kind(kind);

	*ret_len = k ? k->bye_len : 0;
	return *ret_len ? k->bye : "";
}

const char *starttls_awaits(const struct starttls *d)
{
	return d->awaited;
}

enum starttls_status starttls_begin(struct starttls *d, struct buf *out)
{
	d->out = out;
	d->kind->begin(d);
	d->out = NULL;
	return STARTTLS_MORE;
}

/* Whether these are the first bytes of a TLS alert or handshake message: its record type,
 * and 3 for the major version. */
static bool looks_like_tls(const struct starttls *d)
{
	return (d->first[0] == 21 || d->first[0] == 22) && d->first[1] == 3;
}

static void remember_said(struct starttls *d, const uint8_t *in, size_t len)
{
	size_t i;

	for (i = 0; i < len && d->said + i < sizeof(d->first); i++)
		d->first[d->said + i] = in[i];
	d->said += len;
}

static enum starttls_status behind_go_ahead(struct starttls *d, size_t len)
{
	d->injected = true;
	return starttls_end(d, STARTTLS_REFUSED,
			    "%zu bytes in plaintext came after the %s server's go-ahead "
			    "and before TLS: an injection",
			    len, d->kind->name);
}

static enum starttls_status take_waiting(struct starttls *d)
{
	enum starttls_status status = STARTTLS_MORE;

	d->asked = false;
	while (status == STARTTLS_MORE && d->in.len) {
		if (d->asked && d->kind->lockstep)
			return starttls_injected(d, d->in.len);
		status = d->kind->take(d);
	}
	if (status == STARTTLS_GO && d->in.len)
		return behind_go_ahead(d, d->in.len);
	return status;
}

enum starttls_status starttls_take(struct starttls *d, const uint8_t *in, size_t len,
				   struct buf *out, struct why *why)
{
	enum starttls_status before = d->status;

	d->out = out;
	d->in = d->chunk = (struct line_source){ in, len };
	if (d->status == STARTTLS_GO && len)
		d->status = behind_go_ahead(d, len);
	if (d->status == STARTTLS_MORE && len > STARTTLS_SAID_MAX - d->said)
		d->status = starttls_end(
			d, STARTTLS_BROKEN,
			"the %s server said more than %d bytes before its go-ahead",
			d->kind->name, STARTTLS_SAID_MAX);
	if (d->status == STARTTLS_MORE) {
		remember_said(d, in, len);
		d->status = take_waiting(d);
	}
	if (before == STARTTLS_MORE && !d->injected &&
	    (d->status == STARTTLS_REFUSED || d->status == STARTTLS_LATER))
		buf_add(out, d->kind->bye, d->kind->bye_len);
	d->out = NULL;
	if (d->status != STARTTLS_MORE && d->status != STARTTLS_GO && why)
		*why = d->why;
	return d->status;
}

enum starttls_status starttls_closed(struct starttls *d, struct why *why)
{
	const char *name = d->kind->name;

	if (d->status == STARTTLS_GO)
		d->status = starttls_end(
			d, STARTTLS_BROKEN,
			"the %s server closed the connection after its go-ahead", name);
	if (d->status == STARTTLS_MORE && d->kind->mail && !d->greeted &&
	    !line_begun(&d->line))
		d->status = starttls_end(
			d, STARTTLS_LATER,
			"the %s server closed the connection before its greeting", name);
	if (d->status == STARTTLS_MORE && looks_like_tls(d))
		d->status = starttls_garbage(d, "", 0);
	if (d->status == STARTTLS_MORE)
		d->status = starttls_end(
			d, STARTTLS_BROKEN,
			"the %s server closed the connection instead of sending %s", name,
			d->awaited);
	if (why)
		*why = d->why;
	return d->status;
}

enum starttls_status starttls_say(struct starttls *d, starttls_fn *next,
				  const char *awaited, const char *fmt, ...)
{
	char text[STARTTLS_OUT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_text(d->out, text);
	d->next = next;
	d->awaited = awaited;
	d->asked = true;
	return STARTTLS_MORE;
}

void starttls_send(struct starttls *d, const void *data, size_t len)
{
	buf_add(d->out, data, len);
	d->asked = true;
}

enum starttls_status starttls_end(struct starttls *d, enum starttls_status status,
				  const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->why.text, sizeof(d->why.text), fmt, ap);
	va_end(ap);
	return status;
}

enum starttls_status starttls_garbage(struct starttls *d, const char *said, size_t len)
{
	if (looks_like_tls(d))
		return starttls_end(
			d, STARTTLS_BROKEN,
			"this is not %s: the server speaks TLS at once, without STARTTLS",
			d->kind->name);
	if (!said) {
		said = (const char *)d->chunk.at;
		len = d->chunk.len;
	}
	return starttls_end(d, STARTTLS_BROKEN, "this is not %s: the server sent \"%s\"",
			    d->kind->name, starttls_quote(d, said, len));
}

enum starttls_status starttls_misplaced(struct starttls *d)
{
	return starttls_end(d, STARTTLS_BROKEN,
			    "the %s server sent \"%s\" for %s, which can't be",
			    d->kind->name, starttls_quote_reply(d), d->awaited);
}

/* Only bytes that pretend to answer the request for TLS can be meant to lead astray. */
static bool awaits_go_ahead(const struct starttls *d)
{
	static const char *const requests[] = { "STARTTLS", "STLS", "AUTH TLS",
						"StartTLS", "SSLRequest" };
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strstr(d->awaited, requests[i]))
			return true;
	return false;
}

enum starttls_status starttls_injected(struct starttls *d, size_t len)
{
	bool early = !awaits_go_ahead(d);

	d->injected = true;
	return starttls_end(d, STARTTLS_REFUSED,
			    "%zu bytes came from the %s server before they were asked "
			    "for, instead of %s: %s",
			    len, d->kind->name, d->awaited,
			    early ? "two greetings, or replies that are out of step, of "
				    "which nobody can tell what they answer"
				  : "an injection");
}

enum starttls_status starttls_not_offered(struct starttls *d, const char *name)
{
	size_t i;

	if (!d->list.len)
		return starttls_end(
			d, STARTTLS_REFUSED,
			"the %s server does not offer %s, nor any other extension",
			d->kind->name, name);
	for (i = 0; i < d->list.len; i++)
		if (d->list.data[i] == '\n')
			d->list.data[i] = ' ';
	return starttls_end(
		d, STARTTLS_REFUSED, "the %s server does not offer %s; it offers \"%s\"",
		d->kind->name, name, starttls_quote(d, buf_str(&d->list), d->list.len));
}

/* Quotes text shortened and on one line; a NUL would end the sentence, so it is left
 * out. */
const char *starttls_quote(struct starttls *d, const char *said, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n < STARTTLS_QUOTE_MAX; i++)
		if (said[i])
			d->quoted[n++] = said[i] == '\n' ? ' ' : said[i];
	if (i < len) /* shows that it was cut */
		for (i = n - 3; i < n; i++)
			d->quoted[i] = '.';
	d->quoted[n] = '\0';
	return d->quoted;
}

const char *starttls_quote_reply(struct starttls *d)
{
	char said[STARTTLS_QUOTE_MAX + 8]; /* more than fits, for the dots */
	struct buf *text = &d->reply.text;
	int code_len = snprintf(said, sizeof(said), "%03d ", d->reply.code);
	size_t room = sizeof(said) - (size_t)code_len;
	size_t len = text->len < room ? text->len : room;

	memcpy(said + code_len, buf_str(text), len);
	return starttls_quote(d, said, (size_t)code_len + len);
}

bool starttls_take_line(struct starttls *d)
{
	/* a line has no bound of its own below that of all lines */
	return line_take(&d->line, &d->in) == LINE_WHOLE;
}

enum starttls_status starttls_take_reply(struct starttls *d, enum reply_style style)
{
	const char *line;
	size_t len;

	if (!starttls_take_line(d))
		return STARTTLS_MORE;
	line = line_text(&d->line, &len);
	switch (reply_take(&d->reply, style, line, len)) {
	case REPLY_MORE:
		return STARTTLS_MORE;
	case REPLY_WHOLE:
		return d->next(d);
	case REPLY_BAD:
		break;
	}
	return starttls_garbage(d, line, len);
}

enum starttls_status starttls_take_each_line(struct starttls *d)
{
	return starttls_take_line(d) ? d->next(d) : STARTTLS_MORE;
}

bool starttls_take_frame(struct starttls *d, size_t len)
{
	size_t want = len > d->frame.len ? len - d->frame.len : 0;

	if (want > d->in.len)
		want = d->in.len;
	buf_add(&d->frame, d->in.at, want);
	d->in.at += want;
	d->in.len -= want;
	return d->frame.len >= len;
}

void starttls_offer(struct starttls *d, const char *text, size_t len, const char *name)
{
	if (same_word(text, len, name))
		d->offered = true;
	if (len && d->list.len)
		buf_text(&d->list, "\n");
	buf_add(&d->list, text, len);
}

size_t starttls_word(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != ' ' && text[n] != '\t')
		n++;
	return n;
}
