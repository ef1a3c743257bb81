/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

static enum starttls_status end_refused(struct starttls *d, const char *what)
{
	if (d->reply.code < 400)
		return starttls_misplaced(d);
	return starttls_end(d, STARTTLS_REFUSED, "the FTP server %s: \"%s\"", what,
			    starttls_quote_reply(d));
}

/* 334 asks for security data, which other mechanisms than TLS have. */
static enum starttls_status on_auth_tls(struct starttls *d)
{
	return d->reply.code == 234 ? STARTTLS_GO : end_refused(d, "refuses AUTH TLS");
}

static enum starttls_status on_service_ready(struct starttls *d)
{
	if (d->reply.code <
	    200) /* the server is ready in some minutes: 220 is still to come */
		return STARTTLS_MORE;
	d->greeted = true;
	if (d->reply.code != 220)
		return end_refused(d, "turns us away in its greeting");
	return starttls_say(d, on_auth_tls, "the reply to AUTH TLS", "AUTH TLS\r\n");
}

static void await_service_ready(struct starttls *d)
{
	d->next = on_service_ready;
}

static enum starttls_status take_ftp_reply(struct starttls *d)
{
	return starttls_take_reply(d, REPLY_FTP);
}

const struct starttls_kind *starttls_ftp(void)
{
	static const struct starttls_kind kind = {
		.name = "FTP",
		.lockstep = true,
		.bye = "QUIT\r\n",
		.bye_len = 6,
		.begin = await_service_ready,
		.take = take_ftp_reply,
	};

	return &kind;
}
