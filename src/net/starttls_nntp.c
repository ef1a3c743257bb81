/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include "base/same.h"

static enum starttls_status end_refused(struct starttls *d, const char *what)
{
	if (d->reply.code < 400)
		return starttls_misplaced(d);
	return starttls_end(d, STARTTLS_REFUSED, "the NNTP server %s: \"%s\"", what,
			    starttls_quote_reply(d));
}

static enum starttls_status on_starttls_reply(struct starttls *d)
{
	return d->reply.code == 382 ? STARTTLS_GO : end_refused(d, "refuses STARTTLS");
}

static enum starttls_status ask_for_tls(struct starttls *d)
{
	return starttls_say(d, on_starttls_reply, "the reply to STARTTLS",
			    "STARTTLS\r\n");
}

static enum starttls_status on_capability(struct starttls *d)
{
	size_t len;
	const char *line = line_text(&d->line, &len);

	if (!same_word(line, len, ".")) {
		starttls_offer(d, line, starttls_word(line, len), "STARTTLS");
		return STARTTLS_MORE;
	}
	return d->offered ? ask_for_tls(d) : starttls_not_offered(d, "STARTTLS");
}

static enum starttls_status on_capabilities(struct starttls *d)
{
	if (d->reply.code == 101) {
		d->next = on_capability;
		return STARTTLS_MORE;
	}
	if (d->reply.code < 400)
		return starttls_misplaced(d);
	/* it lists nothing, which says nothing of STARTTLS */
	return ask_for_tls(d);
}

static enum starttls_status on_welcome(struct starttls *d)
{
	d->greeted = true;
	if (d->reply.code != 200 && d->reply.code != 201)
		return end_refused(d, "turns us away in its greeting");
	return starttls_say(d, on_capabilities, "the list of capabilities",
			    "CAPABILITIES\r\n");
}

static void await_welcome(struct starttls *d)
{
	d->next = on_welcome;
}

static enum starttls_status take_nntp_reply(struct starttls *d)
{
	if (d->next == on_capability)
		return starttls_take_each_line(d);
	return starttls_take_reply(d, REPLY_SINGLE);
}

const struct starttls_kind *starttls_nntp(void)
{
	static const struct starttls_kind kind = {
		.name = "NNTP",
		.lockstep = true,
		.bye = "QUIT\r\n",
		.bye_len = 6,
		.begin = await_welcome,
		.take = take_nntp_reply,
	};

	return &kind;
}
