/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

/* The server's handshake packet is the go-ahead: if it has the flag of TLS, we send an
 * SSLRequest, and the TLS handshake is next. */

#define HEAD 4 /* three octets of length, one of sequence */
#define PROTOCOL 10
#define ERROR 0xff
#define BEHIND_VERSION 15 /* connection id 4, scramble 8, filler 1, capabilities 2 */
#define CAPABILITIES 13	  /* of these */
#define CLIENT_SSL 0x0800
#define CLIENT_PROTOCOL_41 0x0200
/* Length 32, sequence 1; CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SSL and
 * CLIENT_SECURE_CONNECTION; packets of 16 MiB; utf8; 23 octets of nothing. */
#define REQUEST                                                                          \
	"\040\0\0\001\001\212\0\0\0\0\0\001\041"                                         \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Number 2, and from some servers '#' and an SQL state of five; then text. */
static enum starttls_status on_error(struct starttls *d, const uint8_t *at, size_t len)
{
	size_t text = 3;

	if (len < text)
		return starttls_garbage(d, NULL, 0);
	if (len >= text + 6 && at[text] == '#')
		text += 6;
	return starttls_end(d, STARTTLS_REFUSED,
			    "the MySQL server refuses us: error %d \"%s\"",
			    at[1] | at[2] << 8,
			    starttls_quote(d, (const char *)at + text, len - text));
}

static enum starttls_status on_packet(struct starttls *d, const uint8_t *at, size_t len)
{
	const uint8_t *version = at + 1, *end;
	int capabilities;

	if (at[0] == ERROR)
		return on_error(d, at, len);
	end = memchr(version, '\0', len - 1);
	if (at[0] != PROTOCOL || !end || (size_t)(at + len - end) < 1 + BEHIND_VERSION)
		return starttls_garbage(d, NULL, 0);
	capabilities = end[1 + CAPABILITIES] | end[2 + CAPABILITIES] << 8;
	if (!(capabilities & CLIENT_SSL) || !(capabilities & CLIENT_PROTOCOL_41))
		return starttls_end(d, STARTTLS_REFUSED,
				    "the MySQL server \"%s\" does not offer TLS",
				    starttls_quote(d, (const char *)version,
						   (size_t)(end - version)));
	starttls_send(d, REQUEST, sizeof(REQUEST) - 1);
	return STARTTLS_GO;
}

static enum starttls_status take_packet(struct starttls *d)
{
	const uint8_t *octets;
	size_t len;

	if (!starttls_take_frame(d, HEAD))
		return STARTTLS_MORE;
	octets = (const uint8_t *)d->frame.data;
	len = octets[0] | (size_t)octets[1] << 8 | (size_t)octets[2] << 16;
	if (!len || len > STARTTLS_SAID_MAX - HEAD || octets[3])
		return starttls_garbage(d, NULL, 0);
	if (!starttls_take_frame(d, HEAD + len))
		return STARTTLS_MORE;
	return on_packet(d, (const uint8_t *)d->frame.data + HEAD, len);
}

static void await_packet(struct starttls *d)
{
	d->awaited = "the handshake packet";
}

const struct starttls_kind *starttls_mysql(void)
{
	static const struct starttls_kind kind = {
		.name = "MySQL",
		.lockstep = true,
		.begin = await_packet,
		.take = take_packet,
	};

	return &kind;
}
