/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include "base/same.h"

enum answer { ANSWER_OK, ANSWER_ERR, ANSWER_NONE };

static enum answer read_answer(const struct starttls *d)
{
	size_t len;
	const char *line = line_text(&d->line, &len);
	size_t word = starttls_word(line, len);

	if (same_word(line, word, "+OK"))
		return ANSWER_OK;
	return same_word(line, word, "-ERR") ? ANSWER_ERR : ANSWER_NONE;
}

/* Ends the dialogue over a line that isn't +OK. */
static enum starttls_status end_not_ok(struct starttls *d, const char *what)
{
	size_t len;
	const char *line = line_text(&d->line, &len);

	if (read_answer(d) == ANSWER_NONE)
		return starttls_garbage(d, line, len);
	return starttls_end(d, STARTTLS_REFUSED, "the POP3 server %s: \"%s\"", what,
			    starttls_quote(d, line, len));
}

static enum starttls_status on_stls_reply(struct starttls *d)
{
	return read_answer(d) == ANSWER_OK ? STARTTLS_GO : end_not_ok(d, "refuses STLS");
}

static enum starttls_status ask_for_tls(struct starttls *d)
{
	return starttls_say(d, on_stls_reply, "the reply to STLS", "STLS\r\n");
}

static enum starttls_status on_capability(struct starttls *d)
{
	size_t len;
	const char *line = line_text(&d->line, &len);

	if (!same_word(line, len, ".")) {
		starttls_offer(d, line, starttls_word(line, len), "STLS");
		return STARTTLS_MORE;
	}
	return d->offered ? ask_for_tls(d) : starttls_not_offered(d, "STLS");
}

static enum starttls_status on_capa(struct starttls *d)
{
	switch (read_answer(d)) {
	case ANSWER_OK:
		d->next = on_capability;
		return STARTTLS_MORE;
	case ANSWER_ERR: /* it lists nothing, which says nothing of STLS */
		return ask_for_tls(d);
	case ANSWER_NONE:
		break;
	}
	return end_not_ok(d, "");
}

static enum starttls_status on_greeting(struct starttls *d)
{
	if (read_answer(d) != ANSWER_OK)
		return end_not_ok(d, "turns us away in its greeting");
	d->greeted = true;
	return starttls_say(d, on_capa, "the list of capabilities", "CAPA\r\n");
}

static void await_greeting(struct starttls *d)
{
	d->next = on_greeting;
}

const struct starttls_kind *starttls_pop3(void)
{
	static const struct starttls_kind kind = {
		.name = "POP3",
		.lockstep = true,
		.bye = "QUIT\r\n",
		.bye_len = 6,
		.begin = await_greeting,
		.take = starttls_take_each_line,
	};

	return &kind;
}
