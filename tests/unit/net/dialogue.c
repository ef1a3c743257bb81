/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"

struct play {
	const struct dialogue *row;
	struct starttls *d;
	struct buf out;
	struct why why;
	enum starttls_status status;
};

static void play_begin(struct play *p, enum service_start kind,
		       const struct dialogue *row)
{
	struct starttls_conf conf = {
		.kind = kind,
		.helo = "probe.example.net",
		.domain = "example.org",
	};

	*p = (struct play){ .row = row, .d = starttls_new(&conf) };
	buf_init(&p->out, STARTTLS_OUT_MAX);
	p->status = starttls_begin(p->d, &p->out);
	assert_int_equal(p->status, STARTTLS_MORE);
}

static void play_end(struct play *p)
{
	starttls_free(p->d);
	buf_clear(&p->out);
}

/* A copy of just that size, so that the sanitizer sees a read behind it. */
static void give(struct play *p, const char *at, size_t len)
{
	uint8_t *copy;

	if (!len)
		return;
	copy = mem_copy(at, len);
	p->status = starttls_take(p->d, copy, len, &p->out, &p->why);
	free(copy);
}

static void give_each(struct play *p, const char *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		give(p, at + i, 1);
}

static void expect_said(struct play *p, struct dialogue_bytes client, const char *how)
{
	if (p->out.len != client.len ||
	    (client.len && memcmp(buf_str(&p->out), client.at, client.len)))
		fail_msg("%s, %s: said \"%s\" for \"%s\"", p->row->name, how,
			 buf_str(&p->out), client.len ? client.at : "");
	buf_reset(&p->out);
}

static void expect_end(struct play *p, const char *how)
{
	enum starttls_status want = p->row->status;
	size_t i;

	if (want == STARTTLS_MORE) {
		assert_int_equal(p->status, STARTTLS_MORE);
		want = p->row->closed;
		p->status = starttls_closed(p->d, &p->why);
	}
	if (p->status != want)
		fail_msg("%s, %s: status %d for %d: %s", p->row->name, how, p->status,
			 want, p->why.text);
	for (i = 0; i < sizeof(p->row->why) / sizeof(p->row->why[0]); i++)
		if (p->row->why[i] && !strstr(p->why.text, p->row->why[i]))
			fail_msg("%s, %s: \"%s\" has no \"%s\"", p->row->name, how,
				 p->why.text, p->row->why[i]);
	if (p->status != STARTTLS_GO && !p->why.text[0])
		fail_msg("%s, %s: no reason", p->row->name, how);
}

static size_t count_turns(const struct dialogue *row)
{
	size_t n = 0;

	while (n < DIALOGUE_TURNS && row->turns[n].server.at)
		n++;
	return n;
}

/* The turn named is cut in two at the byte named; each: all are given byte by byte. */
static void play_cut(enum service_start kind, const struct dialogue *row, size_t turn,
		     size_t cut, bool each)
{
	size_t i, turns = count_turns(row);
	struct play p;

	play_begin(&p, kind, row);
	for (i = 0; i < turns; i++) {
		struct dialogue_bytes s = row->turns[i].server;

		if (each) {
			give_each(&p, s.at, s.len);
		} else if (i == turn) {
			give(&p, s.at, cut);
			give(&p, s.at + cut, s.len - cut);
		} else {
			give(&p, s.at, s.len);
		}
		expect_said(&p, row->turns[i].client, each ? "byte by byte" : "cut");
		if (i + 1 < turns && p.status != STARTTLS_MORE)
			fail_msg("%s: ends early, in turn %zu: %s", row->name, i,
				 p.why.text);
	}
	expect_end(&p, each ? "byte by byte" : "cut");
	play_end(&p);
}

/* The server closes after each byte that doesn't end the exchange. */
static void play_closed(enum service_start kind, const struct dialogue *row, size_t turn,
			size_t cut)
{
	struct play p;
	size_t i;

	play_begin(&p, kind, row);
	for (i = 0; i < turn; i++)
		give(&p, row->turns[i].server.at, row->turns[i].server.len);
	give(&p, row->turns[turn].server.at, cut);
	p.status = starttls_closed(p.d, &p.why);
	if (p.status == STARTTLS_MORE || p.status == STARTTLS_GO || !p.why.text[0])
		fail_msg("%s: closed in turn %zu at %zu: status %d", row->name, turn, cut,
			 p.status);
	if (p.status == STARTTLS_LATER && !starttls_is_mail(kind))
		fail_msg("%s: closed: come again later, and no mail server", row->name);
	play_end(&p);
}

/* A byte behind the go-ahead, with it or after it. */
static void play_injected(enum service_start kind, const struct dialogue *row, bool apart)
{
	size_t i, last = count_turns(row) - 1;
	struct play p;
	struct buf whole;

	play_begin(&p, kind, row);
	for (i = 0; i < last; i++)
		give(&p, row->turns[i].server.at, row->turns[i].server.len);
	buf_init(&whole, STARTTLS_SAID_MAX);
	buf_add(&whole, row->turns[last].server.at, row->turns[last].server.len);
	if (apart) {
		give(&p, whole.data, whole.len);
		assert_int_equal(p.status, STARTTLS_GO);
		give(&p, "\n", 1);
	} else {
		buf_text(&whole, "\n");
		give(&p, whole.data, whole.len);
	}
	if (p.status != STARTTLS_REFUSED || !strstr(p.why.text, "injection"))
		fail_msg("%s: a byte behind the go-ahead: status %d: %s", row->name,
			 p.status, p.why.text);
	buf_clear(&whole);
	play_end(&p);
}

static void play(enum service_start kind, const struct dialogue *row)
{
	size_t turn, cut;

	play_cut(kind, row, 0, 0, false);
	if (row->whole)
		return;
	play_cut(kind, row, 0, 0, true);
	for (turn = 0; turn < count_turns(row); turn++)
		for (cut = 0; cut < row->turns[turn].server.len; cut++) {
			play_cut(kind, row, turn, cut, false);
			play_closed(kind, row, turn, cut);
		}
	if (row->status == STARTTLS_GO) {
		play_injected(kind, row, false);
		play_injected(kind, row, true);
	}
}

void dialogue_play_all(enum service_start kind, const struct dialogue *table,
		       size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		play(kind, &table[i]);
}

void dialogue_play_garbage(enum service_start kind)
{
	static const struct dialogue_bytes table[] = {
		SAYS("\0"),
		SAYS("\n"),
		SAYS("\r\n\r\n"),
		SAYS("\377\377\377\377\377\377\377\377"),
		SAYS("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		SAYS("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n"),
		SAYS("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
		SAYS("\025\003\001\0\002\002\050"),
		SAYS("\026\003\003\0\102\002\0\0\076\003\003"),
		SAYS("RFB 003.008\n"),
		SAYS("2\r\n"),
		SAYS("22x hello\r\n"),
		SAYS("999 hello\r\n"),
		SAYS("* \r\n"),
		SAYS("+\r\n"),
		SAYS("{5}\r\n"),
		SAYS("<a><b></a>"),
	};
	static const struct dialogue row = { .name = "garbage" };
	size_t i, cut;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (cut = 0; cut < table[i].len; cut++) {
			struct play p;

			play_begin(&p, kind, &row);
			give(&p, table[i].at, cut);
			give(&p, table[i].at + cut, table[i].len - cut);
			if (p.status == STARTTLS_GO || p.status == STARTTLS_LATER)
				fail_msg("garbage %zu: status %d", i, p.status);
			assert_int_not_equal(starttls_closed(p.d, &p.why), STARTTLS_GO);
			assert_true(strlen(p.why.text) > 0);
			play_end(&p);
		}
}
