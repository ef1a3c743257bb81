/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

#include "base/same.h"

/* ManageSieve (RFC 5804). A line of the protocol may go on behind literals; in d->frame
 * it is put together with its literals as quoted strings. */

enum piece { PIECE_LAST, PIECE_LITERAL, PIECE_BAD };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "{n}" or "{n+}", up to the line's end. */
static enum piece read_literal(const char *at, const char *end, size_t *ret_len)
{
	size_t n = 0;

	if (++at == end || !is_digit(*at))
		return PIECE_BAD;
	for (; at < end && is_digit(*at); at++) {
		n = n * 10 + (size_t)(*at - '0');
		if (n > STARTTLS_SAID_MAX)
			return PIECE_BAD;
	}
	if (at < end && *at == '+')
		at++;
	*ret_len = n;
	return end - at == 1 && *at == '}' ? PIECE_LITERAL : PIECE_BAD;
}

/* What a line of text ends by. *ret_text: its length without the literal's. */
static enum piece read_piece(const char *line, size_t len, size_t *ret_text,
			     size_t *ret_literal)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (!quoted && line[i] == '{') {
			*ret_text = i;
			return read_literal(line + i, line + len, ret_literal);
		}
	}
	*ret_text = len;
	return quoted ? PIECE_BAD : PIECE_LAST;
}

/* Takes octets of a literal; whether it is whole. */
static bool take_literal(struct starttls *d)
{
	while (d->literal && d->in.len) {
		char c = (char)*d->in.at++;

		d->in.len--;
		d->literal--;
		if (c == '"' || c == '\\')
			buf_text(&d->frame, "\\");
		buf_add(&d->frame, &c, 1);
	}
	if (d->literal)
		return false;
	buf_text(&d->frame, "\"");
	return true;
}

static enum starttls_status take_sieve_line(struct starttls *d)
{
	enum starttls_status status;
	const char *line;
	size_t len, text = 0;
	enum piece piece;

	if (d->literal && !take_literal(d))
		return STARTTLS_MORE;
	if (!starttls_take_line(d))
		return STARTTLS_MORE;
	line = line_text(&d->line, &len);
	piece = read_piece(line, len, &text, &d->literal);
	if (piece == PIECE_BAD)
		return starttls_garbage(d, line, len);
	buf_add(&d->frame, line, text);
	if (piece == PIECE_LITERAL) {
		buf_text(&d->frame, d->literal ? "\"" : "\"\"");
		return STARTTLS_MORE;
	}
	status = d->next(d);
	buf_reset(&d->frame);
	return status;
}

/* The line's first word, unless it is a capability. */
static bool line_begins(const struct starttls *d, const char *word)
{
	const char *line = buf_str(&d->frame);
	size_t len = strcspn(line, " (\"");

	return same_word(line, len, word);
}

static enum starttls_status end_no_or_bye(struct starttls *d, const char *what)
{
	if (!line_begins(d, "NO") && !line_begins(d, "BYE"))
		return starttls_garbage(d, buf_str(&d->frame), d->frame.len);
	return starttls_end(d, STARTTLS_REFUSED, "the ManageSieve server %s: \"%s\"",
			    what, starttls_quote(d, buf_str(&d->frame), d->frame.len));
}

static enum starttls_status on_starttls_ok(struct starttls *d)
{
	return line_begins(d, "OK") ? STARTTLS_GO : end_no_or_bye(d, "refuses STARTTLS");
}

static enum starttls_status on_capability_line(struct starttls *d)
{
	const char *line = buf_str(&d->frame);

	if (line[0] == '"') {
		starttls_offer(d, line + 1, strcspn(line + 1, "\""), "STARTTLS");
		return STARTTLS_MORE;
	}
	if (!line_begins(d, "OK"))
		return end_no_or_bye(d, "turns us away in its greeting");
	d->greeted = true;
	if (!d->offered)
		return starttls_not_offered(d, "STARTTLS");
	return starttls_say(d, on_starttls_ok, "the reply to STARTTLS", "STARTTLS\r\n");
}

static void await_capabilities(struct starttls *d)
{
	d->next = on_capability_line;
}

const struct starttls_kind *starttls_sieve(void)
{
	static const struct starttls_kind kind = {
		.name = "ManageSieve",
		.lockstep = true,
		.bye = "LOGOUT\r\n",
		.bye_len = 8,
		.begin = await_capabilities,
		.take = take_sieve_line,
	};

	return &kind;
}
