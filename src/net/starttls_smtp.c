/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

static bool is_temporary(const struct starttls *d)
{
	return d->reply.code >= 400 && d->reply.code < 500;
}

static bool is_permanent(const struct starttls *d)
{
	return d->reply.code >= 500;
}

static enum starttls_status put_off(struct starttls *d)
{
	return starttls_end(d, STARTTLS_LATER, "the %s server put us off: \"%s\"",
			    d->kind->name, starttls_quote_reply(d));
}

static enum starttls_status on_go_ahead(struct starttls *d)
{
	if (d->reply.code == 220)
		return STARTTLS_GO;
	if (!is_temporary(d) && !is_permanent(d))
		return starttls_misplaced(d);
	return starttls_end(d, STARTTLS_REFUSED,
			    "the %s server offers STARTTLS and refuses it: \"%s\"",
			    d->kind->name, starttls_quote_reply(d));
}

static void read_offers(struct starttls *d)
{
	const char *at = buf_str(&d->reply.text), *end;

	/* the first line is the server's name */
	for (; (end = strchr(at, '\n')); at = end)
		if (*++end)
			starttls_offer(d, end, starttls_word(end, strcspn(end, "\n")),
				       "STARTTLS");
}

/* It has no extensions; HELO only tells whether it is a mail server that talks to us. */
static enum starttls_status on_helo(struct starttls *d)
{
	if (d->reply.code == 421)
		return put_off(d);
	if (d->reply.code != 250)
		return starttls_end(d, STARTTLS_REFUSED,
				    "the SMTP server refuses EHLO and HELO: \"%s\"",
				    starttls_quote_reply(d));
	return starttls_end(d, STARTTLS_REFUSED,
			    "the SMTP server knows HELO only, and thus no STARTTLS");
}

static enum starttls_status on_ehlo(struct starttls *d)
{
	if (d->reply.code == 250) {
		read_offers(d);
		if (!d->offered)
			return starttls_not_offered(d, "STARTTLS");
		return starttls_say(d, on_go_ahead, "the reply to STARTTLS",
				    "STARTTLS\r\n");
	}
	/* the one code that may answer any command and says nothing of it, RFC 5321
	 * section 3.8 */
	if (d->reply.code == 421)
		return put_off(d);
	if (is_permanent(d) && d->kind == starttls_smtp())
		return starttls_say(d, on_helo, "the reply to HELO", "HELO %s\r\n",
				    d->helo);
	if (!is_temporary(d) && !is_permanent(d))
		return starttls_misplaced(d);
	return starttls_end(d, STARTTLS_REFUSED, "the %s server refuses us: \"%s\"",
			    d->kind->name, starttls_quote_reply(d));
}

static enum starttls_status on_greeting(struct starttls *d)
{
	d->greeted = true;
	if (is_temporary(d))
		return put_off(d);
	if (is_permanent(d))
		return starttls_end(d, STARTTLS_REFUSED,
				    "the %s server turns us away in its greeting: \"%s\"",
				    d->kind->name, starttls_quote_reply(d));
	if (d->reply.code != 220)
		return starttls_misplaced(d);
	if (d->kind == starttls_smtp())
		return starttls_say(d, on_ehlo, "the reply to EHLO", "EHLO %s\r\n",
				    d->helo);
	return starttls_say(d, on_ehlo, "the reply to LHLO", "LHLO %s\r\n", d->helo);
}

static void await_greeting(struct starttls *d)
{
	d->next = on_greeting;
}

static enum starttls_status take_smtp_reply(struct starttls *d)
{
	return starttls_take_reply(d, REPLY_SMTP);
}

const struct starttls_kind *starttls_smtp(void)
{
	static const struct starttls_kind kind = {
		.name = "SMTP",
		.mail = true,
		.lockstep = true,
		.bye = "QUIT\r\n",
		.bye_len = 6,
		.begin = await_greeting,
		.take = take_smtp_reply,
	};

	return &kind;
}

const struct starttls_kind *starttls_smtp_lmtp(void)
{
	static const struct starttls_kind kind = {
		.name = "LMTP",
		.mail = true,
		.lockstep = true,
		.bye = "QUIT\r\n",
		.bye_len = 6,
		.begin = await_greeting,
		.take = take_smtp_reply,
	};

	return &kind;
}
