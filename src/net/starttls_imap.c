/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

#include "base/same.h"

/* Words of a line, borrowed from it. */
struct words {
	const char *at;
	size_t len;
};

/* The next word, taken from the front with the blanks around it. */
static struct words next_word(struct words *from)
{
	struct words word = { from->at, starttls_word(from->at, from->len) };

	from->at += word.len;
	from->len -= word.len;
	while (from->len && (*from->at == ' ' || *from->at == '\t')) {
		from->at++;
		from->len--;
	}
	return word;
}

static bool word_is(struct words word, const char *text)
{
	return same_word(word.at, word.len, text);
}

static struct words whole_line(const struct starttls *d)
{
	struct words line;

	line.at = line_text(&d->line, &line.len);
	return line;
}

static const char *quote_line(struct starttls *d)
{
	struct words line = whole_line(d);

	return starttls_quote(d, line.at, line.len);
}

static enum starttls_status end_unreadable(struct starttls *d)
{
	struct words line = whole_line(d);

	return starttls_garbage(d, line.at, line.len);
}

static void read_capabilities(struct starttls *d, struct words from)
{
	buf_reset(&d->list);
	d->offered = false;
	while (from.len) {
		struct words word = next_word(&from);

		starttls_offer(d, word.at, word.len, "STARTTLS");
	}
}

/* "[CAPABILITY ...]" in front of the text of OK. */
static void read_code(struct starttls *d, struct words from)
{
	static const char code[] = "[CAPABILITY";
	const char *end = from.len ? memchr(from.at, ']', from.len) : NULL;

	if (!end ||
	    !word_is((struct words){ from.at, starttls_word(from.at, from.len) }, code))
		return;
	from.len = (size_t)(end - from.at);
	(void)next_word(&from);
	read_capabilities(d, from);
}

/* Judges an untagged line: one that no server may say before a login, or that ends the
 * dialogue. */
static enum starttls_status on_untagged(struct starttls *d, struct words rest,
					const char *wanted)
{
	struct words word = next_word(&rest);

	if (word_is(word, "BYE"))
		return starttls_end(d, STARTTLS_REFUSED,
				    "the IMAP server ends the session: \"%s\"",
				    quote_line(d));
	if (word_is(word, "PREAUTH"))
		return starttls_end(d, STARTTLS_REFUSED,
				    "the IMAP server takes us as logged in, which rules "
				    "STARTTLS out: \"%s\"",
				    quote_line(d));
	if (wanted && word_is(word, wanted))
		read_capabilities(d, rest);
	return STARTTLS_MORE;
}

/* Takes the reply to a command. *ret_ok: it is the tagged one, and OK. */
static enum starttls_status on_reply(struct starttls *d, const char *tag,
				     const char *wanted, bool *ret_ok)
{
	struct words rest = whole_line(d), word = next_word(&rest);

	*ret_ok = false;
	if (word_is(word, "*") && rest.len)
		return on_untagged(d, rest, wanted);
	if (!word_is(word, tag))
		return end_unreadable(d);
	if (d->asked)
		return starttls_injected(d, whole_line(d).len);
	word = next_word(&rest);
	*ret_ok = word_is(word, "OK");
	if (*ret_ok)
		return STARTTLS_MORE;
	if (!word_is(word, "NO") && !word_is(word, "BAD"))
		return end_unreadable(d);
	return starttls_end(d, STARTTLS_REFUSED,
			    "the IMAP server sent \"%s\" instead of %s", quote_line(d),
			    d->awaited);
}

static enum starttls_status on_tagged_starttls(struct starttls *d)
{
	bool ok;
	enum starttls_status status = on_reply(d, "a2", NULL, &ok);

	return ok ? STARTTLS_GO : status;
}

static enum starttls_status ask_for_tls(struct starttls *d)
{
	return starttls_say(d, on_tagged_starttls, "the go-ahead for STARTTLS",
			    "a2 STARTTLS\r\n");
}

static enum starttls_status on_capability(struct starttls *d)
{
	bool ok;
	enum starttls_status status = on_reply(d, "a1", "CAPABILITY", &ok);

	if (!ok)
		return status;
	return d->offered ? ask_for_tls(d) : starttls_not_offered(d, "STARTTLS");
}

static enum starttls_status on_first_line(struct starttls *d)
{
	struct words rest = whole_line(d), word = next_word(&rest);
	struct words kind = { rest.at, starttls_word(rest.at, rest.len) };

	if (!word_is(word, "*"))
		return end_unreadable(d);
	d->greeted = true;
	if (word_is(kind, "BYE") || word_is(kind, "PREAUTH"))
		return on_untagged(d, rest, NULL);
	if (!word_is(kind, "OK"))
		return end_unreadable(d);
	(void)next_word(&rest);
	read_code(d, rest);
	if (d->offered)
		return ask_for_tls(d);
	return starttls_say(d, on_capability, "the list of capabilities",
			    "a1 CAPABILITY\r\n");
}

static void await_first_line(struct starttls *d)
{
	d->next = on_first_line;
}

const struct starttls_kind *starttls_imap(void)
{
	/* untagged lines may come at any time, RFC 3501 section 7, so no lockstep */
	static const struct starttls_kind kind = {
		.name = "IMAP",
		.bye = "a9 LOGOUT\r\n",
		.bye_len = 11,
		.begin = await_first_line,
		.take = starttls_take_each_line,
	};

	return &kind;
}
