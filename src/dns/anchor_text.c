/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"

#define WORDS_MAX 64	   /* of one record: a key may be written in pieces */
#define RECORD_MAX 16384   /* the text of one, with its comments and blanks */
#define DATA_TEXT_MAX 8192 /* of one record in hex or base64; keys have under 1 KiB */
#define KEY_PROTOCOL 3	   /* RFC 4034 section 2.1.2: no other is valid */
#define BLANKS " \t\r\n"

/* Where the records go. */
struct reading {
	anchor_text_fn *fn;
	void *arg;
};

/* The lengths of the digests that we know (RFC 4034, 4509, 6605). */
static bool digest_fits(const struct anchor_text_record *r)
{
	switch (r->number[2]) {
	case 1:
		return r->len == 20;
	case 2:
		return r->len == 32;
	case 4:
		return r->len == 48;
	}
	return r->len > 0;
}

static bool read_numbers(struct anchor_text_record *r, char *const *word)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (number_parse(word[i], 0, i ? 255 : 65535, &r->number[i], NULL) < 0)
			return false;
	return !r->is_key || r->number[1] == KEY_PROTOCOL;
}

static bool read_data(struct anchor_text_record *r, char *const *word, size_t count)
{
	bool fits = true;
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, DATA_TEXT_MAX);
	for (i = 0; i < count; i++)
		fits = fits && buf_text(&b, word[i]);
	if (!fits)
		rc = DP_ELIMIT;
	else if (r->is_key)
		rc = base64_decode(buf_str(&b), &r->data, &r->len, NULL);
	else
		rc = hex_decode(buf_str(&b), &r->data, &r->len, NULL);
	buf_clear(&b);
	return rc == 0 && (r->is_key || digest_fits(r));
}

/* Reads the words after the type. */
static void read_rdata(const struct reading *reading, bool is_key, char *const *word,
		       size_t count)
{
	struct anchor_text_record r = { .is_key = is_key };

	if (count > 3 && read_numbers(&r, word) && read_data(&r, word + 3, count - 3))
		reading->fn(reading->arg, &r);
	free(r.data);
}

/* 0 as well where there are too many of them. */
static size_t split_words(char *text, char *word[WORDS_MAX])
{
	size_t count = 0;

	for (text += strspn(text, BLANKS); *text && count < WORDS_MAX;
	     text += strspn(text, BLANKS)) {
		word[count++] = text;
		text += strcspn(text, BLANKS);
		if (*text)
			*text++ = '\0';
	}
	return *text ? 0 : count;
}

/*
 * Zone files
 */
/* Finds which word is the type: it comes after owner, TTL and class, the last two in
 * either order. */
static size_t find_type(char *const *word, size_t count)
{
	bool ttl = false, class = false;
	int64_t seconds;
	size_t i;

	for (i = 1; i < count; i++) {
		if (!class && !strcasecmp(word[i], "IN"))
			class = true;
		else if (!ttl && !number_parse(word[i], 0, UINT32_MAX, &seconds, NULL))
			ttl = true;
		else
			break;
	}
	return i;
}

static void read_zone_record(const struct reading *reading, char *line)
{
	char *word[WORDS_MAX];
	size_t count = split_words(line, word), type;

	if (!count || strcmp(word[0], "."))
		return;
	type = find_type(word, count);
	if (type == count)
		return;
	if (!strcasecmp(word[type], "DNSKEY"))
		read_rdata(reading, true, word + type + 1, count - type - 1);
	else if (!strcasecmp(word[type], "DS"))
		read_rdata(reading, false, word + type + 1, count - type - 1);
}

/* unbound writes ";;state=2 [  VALID  ]" behind each key; 2 valid, 3 missing but still
 * trusted (RFC 5011 section 4.2), the others not. */
static bool state_is_trusted(const char *line, size_t len)
{
	static const char mark[] = ";;state=";
	size_t mark_len = sizeof(mark) - 1, i;

	for (i = 0; i + mark_len <= len; i++)
		if (!memcmp(line + i, mark, mark_len))
			return i + mark_len < len &&
			       (line[i + mark_len] == '2' || line[i + mark_len] == '3');
	return true;
}

/* A record, of one line or of those that parentheses join. */
struct logical_line {
	struct buf text;
	bool open, trusted, fits;
};

static void add_physical_line(struct logical_line *l, const char *line, size_t len)
{
	size_t i;

	l->trusted = l->trusted && state_is_trusted(line, len);
	for (i = 0; i < len && line[i] != ';'; i++) {
		bool parenthesis = line[i] == '(' || line[i] == ')';

		if (parenthesis)
			l->open = line[i] == '(';
		l->fits = buf_add(&l->text, parenthesis ? " " : line + i, 1) && l->fits;
	}
	l->fits = buf_add(&l->text, " ", 1) && l->fits;
}

static void end_logical_line(const struct reading *reading, struct logical_line *l)
{
	char *text = mem_text(buf_str(&l->text));

	/* A blank at the beginning would stand for the owner of the line before. */
	if (l->trusted && l->fits && *text == '.')
		read_zone_record(reading, text);
	free(text);
	buf_reset(&l->text);
	l->open = false;
	l->trusted = l->fits = true;
}

static void read_zone_file(const struct reading *reading, const char *text)
{
	struct logical_line l = { .trusted = true, .fits = true };
	size_t len;

	buf_init(&l.text, RECORD_MAX);
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		add_physical_line(&l, text, len);
		if (!l.open)
			end_logical_line(reading, &l);
	}
	end_logical_line(reading, &l);
	buf_clear(&l.text);
}

/*
 * BIND's configuration: statements of words, each ended by ";", "{" or "}"
 */
enum clause { OTHER_CLAUSE, ANCHORS, TRUSTED_KEYS };

static enum clause find_clause(const char *word)
{
	if (!strcmp(word, "trust-anchors") || !strcmp(word, "managed-keys"))
		return ANCHORS;
	return !strcmp(word, "trusted-keys") ? TRUSTED_KEYS : OTHER_CLAUSE;
}

static const char *skip_comment(const char *p)
{
	const char *end;

	if (*p == '#' || !strncmp(p, "//", 2))
		return p + strcspn(p, "\n");
	if (strncmp(p, "/*", 2) != 0)
		return p;
	end = strstr(p + 2, "*/");
	return end ? end + 2 : p + strlen(p);
}

/* Copies a statement up to its mark, quotes as blanks: what stands in them is one name or
 * a key that may be in pieces. Returns where the mark is, or the end of the text. */
static const char *copy_statement(const char *p, struct buf *statement, bool *ret_fits)
{
	bool quoted = false, fits = true;
	const char *behind;

	while (*p && (quoted || !strchr(";{}", *p))) {
		behind = quoted ? p : skip_comment(p);
		if (behind != p) {
			p = behind;
			continue;
		}
		quoted = (*p == '"') != quoted;
		fits = buf_add(statement, *p == '"' ? " " : p, 1) && fits;
		p++;
	}
	*ret_fits = fits;
	return p;
}

static void read_bind_anchor(const struct reading *reading, enum clause clause,
			     char *const *word, size_t count)
{
	if (count < 2 || strcmp(word[0], ".") != 0)
		return;
	if (clause == TRUSTED_KEYS)
		read_rdata(reading, true, word + 1, count - 1);
	else if (!strcmp(word[1], "initial-key") || !strcmp(word[1], "static-key"))
		read_rdata(reading, true, word + 2, count - 2);
	else if (!strcmp(word[1], "initial-ds") || !strcmp(word[1], "static-ds"))
		read_rdata(reading, false, word + 2, count - 2);
}

/* Returns whether there was any such clause: else the text is no configuration of
 * BIND's. */
static bool read_bind_clauses(const struct reading *reading, const char *text)
{
	enum clause clause = OTHER_CLAUSE;
	bool seen = false, fits;
	char *word[WORDS_MAX], *words;
	struct buf statement;
	size_t count;

	buf_init(&statement, RECORD_MAX);
	for (; *text; text += *text != '\0') {
		text = copy_statement(text, &statement, &fits);
		words = mem_text(buf_str(&statement));
		count = fits ? split_words(words, word) : 0;
		if (*text == '{')
			clause = count ? find_clause(word[0]) : OTHER_CLAUSE;
		else if (*text == ';' && clause != OTHER_CLAUSE)
			read_bind_anchor(reading, clause, word, count);
		else if (*text == '}')
			clause = OTHER_CLAUSE;
		seen = seen || clause != OTHER_CLAUSE;
		free(words);
		buf_reset(&statement);
	}
	buf_clear(&statement);
	return seen;
}

void anchor_text_each(const char *text, anchor_text_fn *fn, void *arg)
{
	const struct reading reading = { fn, arg };

	if (!read_bind_clauses(&reading, text))
		read_zone_file(&reading, text);
}
