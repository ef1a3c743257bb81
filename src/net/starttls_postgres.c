/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

/* An SSLRequest: its own length, and a code in place of a protocol version. It is
 * answered by one octet. There is no goodbye: before a StartupMessage the server takes
 * Terminate for the length of one, and logs that it is invalid, while it says nothing of
 * a client that just leaves. */
#define REQUEST "\0\0\0\010\004\322\026\057"
#define LENGTH_OCTETS 4

/* The message field of an ErrorResponse's fields, each a letter and a text with NUL. */
static const char *find_message(const char *at, size_t len)
{
	const char *end = at + len;

	while (at < end && *at && *at != 'M')
		at += strlen(at) + 1; /* the buffer has a NUL behind its last byte */
	return at < end && *at == 'M' ? at + 1 : "";
}

static enum starttls_status end_with_error(struct starttls *d, const char *message)
{
	return starttls_end(d, STARTTLS_REFUSED,
			    "the PostgreSQL server refuses us: \"%s\"",
			    starttls_quote(d, message, strlen(message)));
}

static enum starttls_status take_text(struct starttls *d)
{
	while (d->frame.data[d->frame.len - 1])
		if (!starttls_take_frame(d, d->frame.len + 1))
			return STARTTLS_MORE;
	return end_with_error(d, d->frame.data + 1);
}

/* An error in the form of protocol 3 has a length; a server that can't even start a
 * process for us sends a text and NUL. */
static enum starttls_status take_error(struct starttls *d)
{
	const uint8_t *octets;
	size_t size = 1 + LENGTH_OCTETS;

	if (!starttls_take_frame(d, size))
		return STARTTLS_MORE;
	octets = (const uint8_t *)d->frame.data + 1;
	if (octets[0])
		return take_text(d);
	size = 1 + ((size_t)octets[1] << 16 | (size_t)octets[2] << 8 | octets[3]);
	if (size < 1 + LENGTH_OCTETS || size > STARTTLS_SAID_MAX)
		return starttls_garbage(d, NULL, 0);
	if (!starttls_take_frame(d, size))
		return STARTTLS_MORE;
	return end_with_error(d, find_message(d->frame.data + 1 + LENGTH_OCTETS,
					      size - 1 - LENGTH_OCTETS));
}

static enum starttls_status take_answer_octet(struct starttls *d)
{
	if (!starttls_take_frame(d, 1))
		return STARTTLS_MORE;
	switch (d->frame.data[0]) {
	case 'S':
		return STARTTLS_GO;
	case 'N':
		return starttls_end(d, STARTTLS_REFUSED,
				    "the PostgreSQL server has no TLS (it answers "
				    "\"N\" to SSLRequest)");
	case 'E':
		return take_error(d);
	default:
		return starttls_garbage(d, NULL, 0);
	}
}

static void send_ssl_request(struct starttls *d)
{
	starttls_send(d, REQUEST, sizeof(REQUEST) - 1);
	d->awaited = "the reply to SSLRequest";
}

const struct starttls_kind *starttls_postgres(void)
{
	static const struct starttls_kind kind = {
		.name = "PostgreSQL",
		.lockstep = true,
		.begin = send_ssl_request,
		.take = take_answer_octet,
	};

	return &kind;
}
