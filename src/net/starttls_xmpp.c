/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

#include "net/xml.h"

#define STREAMS "http://etherx.jabber.org/streams"
#define ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define TLS "urn:ietf:params:xml:ns:xmpp-tls"

enum depth { DEPTH_STREAM = 1, DEPTH_STANZA, DEPTH_CHILD };

static enum starttls_status end_unreadable(struct starttls *d)
{
	size_t len;
	const char *tag = xml_tag(d->xml, &len);

	return starttls_garbage(d, len ? tag : NULL, len);
}

/* Each step is called for each tag; they see the kind of it here. */
static bool tag_ends(enum xml_kind event)
{
	return event == XML_EMPTY || event == XML_CLOSE;
}

static bool is_at(const struct starttls *d, enum depth depth)
{
	return xml_depth(d->xml) == (size_t)depth;
}

/* </stream:stream> */
static enum starttls_status stream_ended(struct starttls *d)
{
	return starttls_end(d, STARTTLS_REFUSED,
			    "the XMPP server ended the stream instead of sending %s",
			    d->awaited);
}

/* In <stream:error>: its condition, and a text (RFC 6120 section 4.9.2). */
static enum starttls_status on_error(struct starttls *d)
{
	enum xml_kind event = xml_last(d->xml);
	size_t len;
	const char *name = xml_local(d->xml, &len);

	if (is_at(d, DEPTH_CHILD) && event != XML_CLOSE && strcmp(xml_ns(d->xml), ERRORS))
		return STARTTLS_MORE; /* the application's own condition */
	if (is_at(d, DEPTH_CHILD) && xml_is(d->xml, ERRORS, "text")) {
		name = xml_text(d->xml, &len);
		if (event == XML_CLOSE)
			starttls_offer(d, name, len, "");
	} else if (is_at(d, DEPTH_CHILD) && event != XML_CLOSE) {
		starttls_offer(d, name, len, "");
	}
	if (!is_at(d, DEPTH_STANZA) || !tag_ends(event))
		return STARTTLS_MORE;
	return starttls_end(d, STARTTLS_REFUSED,
			    "the XMPP server ended the stream: \"%s\"",
			    starttls_quote(d, buf_str(&d->list), d->list.len));
}

static enum starttls_status begin_error(struct starttls *d)
{
	buf_reset(&d->list);
	d->next = on_error;
	return on_error(d);
}

static enum starttls_status on_proceed(struct starttls *d)
{
	enum xml_kind event = xml_last(d->xml);

	if (is_at(d, DEPTH_STREAM))
		return stream_ended(d);
	if (!is_at(d, DEPTH_STANZA))
		return end_unreadable(d);
	if (xml_is(d->xml, STREAMS, "error") && event != XML_CLOSE)
		return begin_error(d);
	if (xml_is(d->xml, TLS, "proceed"))
		return tag_ends(event) ? STARTTLS_GO : STARTTLS_MORE;
	if (!xml_is(d->xml, TLS, "failure"))
		return end_unreadable(d);
	return starttls_end(
		d, STARTTLS_REFUSED,
		"the XMPP server offers STARTTLS and refuses it with <failure/>");
}

static enum starttls_status features_ended(struct starttls *d)
{
	if (!d->offered)
		return starttls_not_offered(d, "STARTTLS");
	return starttls_say(d, on_proceed, "the reply to STARTTLS",
			    "<starttls xmlns='" TLS "'/>");
}

static enum starttls_status on_features(struct starttls *d)
{
	enum xml_kind event = xml_last(d->xml);
	size_t len;
	const char *name = xml_local(d->xml, &len);

	if (is_at(d, DEPTH_STREAM))
		return stream_ended(d);
	if (is_at(d, DEPTH_CHILD) && event != XML_CLOSE)
		starttls_offer(d, name, len,
			       xml_is(d->xml, TLS, "starttls") ? "starttls" : "");
	if (!is_at(d, DEPTH_STANZA))
		return STARTTLS_MORE;
	if (xml_is(d->xml, STREAMS, "error"))
		return begin_error(d);
	if (!xml_is(d->xml, STREAMS, "features"))
		return end_unreadable(d);
	return tag_ends(event) ? features_ended(d) : STARTTLS_MORE;
}

static enum starttls_status on_stream(struct starttls *d)
{
	size_t len;
	const char *version = xml_attribute(d->xml, "version", &len);

	if (xml_last(d->xml) != XML_OPEN || !xml_is(d->xml, STREAMS, "stream"))
		return end_unreadable(d);
	d->greeted = true;
	/* RFC 6120 section 4.7.5: without a version there are no features */
	if (!version || !len || version[0] < '1' || version[0] > '9')
		return starttls_end(d, STARTTLS_REFUSED,
				    "the XMPP server's stream is older than version 1.0 "
				    "and has no STARTTLS");
	d->next = on_features;
	d->awaited = "the stream features";
	return STARTTLS_MORE;
}

static enum starttls_status take_tag(struct starttls *d)
{
	size_t before = d->in.len;

	switch (xml_take(d->xml, &d->in)) {
	case XML_MORE:
		return STARTTLS_MORE;
	case XML_OPEN:
	case XML_EMPTY:
	case XML_CLOSE:
		if (d->asked)
			return starttls_injected(d, before);
		return d->next(d);
	case XML_BAD:
		break;
	}
	return end_unreadable(d);
}

static void add_escaped(struct buf *to, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '\'':
			buf_text(to, "&apos;");
			break;
		case '&':
			buf_text(to, "&amp;");
			break;
		case '<':
			buf_text(to, "&lt;");
			break;
		default:
			buf_add(to, text, 1);
		}
}

static void begin_stream(struct starttls *d, const char *content)
{
	struct buf domain;

	buf_init(&domain, STARTTLS_OUT_MAX / 2);
	add_escaped(&domain, d->domain);
	d->xml = xml_new(STARTTLS_SAID_MAX);
	(void)starttls_say(d, on_stream, "the stream header",
			   "<?xml version='1.0'?><stream:stream xmlns='%s' "
			   "xmlns:stream='" STREAMS "' to='%s' version='1.0'>",
			   content, buf_str(&domain));
	buf_clear(&domain);
}

static void begin_client(struct starttls *d)
{
	begin_stream(d, "jabber:client");
}

static void begin_server(struct starttls *d)
{
	begin_stream(d, "jabber:server");
}

const struct starttls_kind *starttls_xmpp_client(void)
{
	static const struct starttls_kind kind = {
		.name = "XMPP",
		.bye = "</stream:stream>",
		.bye_len = 16,
		.begin = begin_client,
		.take = take_tag,
	};

	return &kind;
}

const struct starttls_kind *starttls_xmpp_server(void)
{
	static const struct starttls_kind kind = {
		.name = "XMPP",
		.bye = "</stream:stream>",
		.bye_len = 16,
		.begin = begin_server,
		.take = take_tag,
	};

	return &kind;
}
