/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server says before TLS.
 * Also: src/net/starttls_*.c src/net/xml.c src/net/reply.c src/net/line.c
 * The first octet chooses the protocol, the second how the network cuts it: its low seven
 * bits are the largest piece (0: no limit), its high bit ends a piece at each LF, '>' or
 * '.' too. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/why.h"
#include "net/starttls.h"

#define HEAD 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t piece(const uint8_t *at, size_t len, uint8_t cut)
{
	size_t i, max = cut & 0x7f;

	if (max && len > max)
		len = max;
	for (i = 0; cut & 0x80 && i < len; i++)
		if (at[i] == '\n' || at[i] == '>' || at[i] == '.')
			return i + 1;
	return len;
}

/* *ret_left: bytes that came behind the dialogue's end, in later pieces. */
static enum starttls_status play(enum service_start kind, const uint8_t *at, size_t len,
				 uint8_t cut, size_t *ret_left)
{
	struct starttls_conf conf = { .kind = kind, .helo = "a.example", .domain = "b" };
	struct starttls *d = starttls_new(&conf);
	enum starttls_status status;
	struct why why = { "" };
	struct buf out;

	buf_init(&out, STARTTLS_OUT_MAX);
	status = starttls_begin(d, &out);
	while (len && status == STARTTLS_MORE) {
		size_t n = piece(at, len, cut);

		buf_reset(&out);
		status = starttls_take(d, at, n, &out, &why);
		at += n;
		len -= n;
		if (out.overflow)
			abort();
	}
	*ret_left = len;
	if (status != STARTTLS_MORE && status != STARTTLS_GO && !why.text[0])
		abort();
	if (status == STARTTLS_LATER && !starttls_is_mail(kind))
		abort();
	if (status == STARTTLS_GO && len &&
	    (starttls_take(d, at, len, &out, &why) != STARTTLS_REFUSED ||
	     !strstr(why.text, "injection")))
		abort();
	if (starttls_closed(d, &why) < STARTTLS_REFUSED || !why.text[0])
		abort();
	starttls_free(d);
	buf_clear(&out);
	return status;
}

/* However it is cut: what is a go-ahead in pieces is one byte by byte, and there alone
 * the order of replies and commands can't be seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum service_start kind;
	size_t left, left_each;

	if (size < HEAD)
		return 0;
	kind = SERVICE_SMTP + data[0] % (SERVICE_MYSQL - SERVICE_SMTP + 1);
	if (play(kind, data + HEAD, size - HEAD, data[1], &left) == STARTTLS_GO &&
	    (play(kind, data + HEAD, size - HEAD, 1, &left_each) != STARTTLS_GO ||
	     left_each != left))
		abort();
	return 0;
}
