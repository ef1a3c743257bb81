/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/renewal_conf.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/same.h"
#include "base/why.h"

#define DEPTH_MAX 16 /* sections in sections; certbot writes two */
#define PARAMS "renewalparams"

/* A part of the text. */
struct piece {
	const char *text;
	size_t len;
};

/* A key, or a section within another. */
struct entry {
	struct piece name;
	int section; /* that it stands in */
	long line;
};

/* What lines are read into. */
struct reader {
	struct renewal_conf *conf;
	struct entry *entry; /* owned */
	size_t count;
	int sections;		 /* how many there were */
	int depth;		 /* of the one that the line is in */
	int path[DEPTH_MAX + 1]; /* the number of the section at each depth; 0: none */
	bool in_params;		 /* it is [renewalparams] itself */
	bool has_authenticator;	 /* that section has */
	const char *rest;	 /* behind the line */
	long line;
};

static struct piece trim_piece(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return (struct piece){ text, len };
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static struct piece strip_quotes(struct piece p)
{
	if (p.len > 1 && is_quote(*p.text) && p.text[p.len - 1] == *p.text)
		return (struct piece){ p.text + 1, p.len - 2 };
	return p;
}

/* Nothing but a comment. */
static bool is_comment(struct piece p)
{
	p = trim_piece(p.text, p.len);
	return !p.len || *p.text == '#';
}

static int refuse_line(const struct reader *r, const char *what, struct why *why)
{
	return why_set(why, DP_EFORMAT, "line %ld %s", r->line, what);
}

static void add_entry(struct reader *r, int section, struct piece name)
{
	r->entry = mem_grow(r->entry, r->count, sizeof(*r->entry));
	r->entry[r->count++] = (struct entry){ name, section, r->line };
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t len = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = memcmp(x->name.text, y->name.text, len);

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (order)
		return order;
	return x->name.len < y->name.len ? -1 : x->name.len > y->name.len;
}

/* Everything has its name once in its section. */
static int refuse_twice(struct reader *r, struct why *why)
{
	size_t i;

	if (r->count)
		qsort(r->entry, r->count, sizeof(*r->entry), compare_entries);
	for (i = 1; i < r->count; i++) {
		const struct entry *e = &r->entry[i];

		if (!compare_entries(e - 1, e))
			return why_set(why, DP_EFORMAT, "line %ld: %.*s is there twice",
				       e->line > e[-1].line ? e->line : e[-1].line,
				       (int)e->name.len, e->name.text);
	}
	return 0;
}

/*
 * Values
 */
/* One element of a value that begins with a quote: where it ends, which is the first
 * place where the value may end or go on. 0: nowhere. */
static size_t find_quoted_end(struct piece p)
{
	struct piece behind;
	size_t i;

	for (i = 1; i < p.len; i++) {
		if (p.text[i] != *p.text)
			continue;
		behind = trim_piece(p.text + i + 1, p.len - i - 1);
		if (!behind.len || *behind.text == '#' || *behind.text == ',')
			return i + 1;
	}
	return 0;
}

static size_t find_element_end(struct piece p)
{
	size_t i = 0;

	if (is_quote(*p.text))
		return find_quoted_end(p);
	while (i < p.len && p.text[i] != ',' && p.text[i] != '#')
		i++;
	return i;
}

/* The first element of a value, and whether there are more. False: it can't be read. */
static bool read_value(struct piece p, struct piece *ret_value, bool *ret_list)
{
	struct piece element = { "", 0 };
	bool any = false, list = false;
	size_t end;

	for (p = trim_piece(p.text, p.len); !is_comment(p); list = true) {
		end = find_element_end(p);
		/* A comma alone is an empty list. */
		if (!end && !any && *p.text == ',' &&
		    is_comment((struct piece){ p.text + 1, p.len - 1 })) {
			list = true;
			break;
		}
		if (!end)
			return false;
		if (!any)
			element = trim_piece(p.text, end);
		any = true;
		p = trim_piece(p.text + end, p.len - end);
		if (!p.len || *p.text != ',')
			break;
		p = trim_piece(p.text + 1, p.len - 1);
	}
	*ret_value = strip_quotes(element);
	*ret_list = list;
	return true;
}

/* A value in three quotes, which may go on for lines; r->rest moves behind it. */
static bool read_long_value(struct reader *r, struct piece p, struct piece *ret_value)
{
	char quotes[4] = { p.text[0], p.text[0], p.text[0], '\0' };
	const char *begin = p.text + 3, *end = strstr(begin, quotes), *c;

	if (!end)
		return false;
	for (c = begin; c < end; c++)
		r->line += *c == '\n';
	*ret_value = (struct piece){ begin, (size_t)(end - begin) };
	end += 3;
	p = (struct piece){ end, strcspn(end, "\n") };
	r->rest = end + p.len;
	return is_comment(p);
}

static bool is_long(struct piece p)
{
	return p.len >= 3 && is_quote(p.text[0]) && p.text[1] == p.text[0] &&
	       p.text[2] == p.text[0];
}

/*
 * What it means to certbot
 */
static bool is_text(struct piece p, const char *text)
{
	return strlen(text) == p.len && !memcmp(p.text, text, p.len);
}

static bool is_one_of(struct piece p, const char *const *names)
{
	for (; *names; names++)
		if (is_text(p, *names))
			return true;
	return false;
}

static int take_bool(struct reader *r, struct piece name, struct piece value, bool list,
		     struct why *why)
{
	bool is_true = !list && same_word(value.text, value.len, "true");

	if (list || (!is_true && !same_word(value.text, value.len, "false")))
		return why_set(why, DP_EFORMAT,
			       "line %ld: %.*s is neither True nor False", r->line,
			       (int)name.len, name.text);
	if (is_text(name, "autorenew") && !is_true)
		return why_set(why, DP_EFORMAT, "line %ld: autorenew = False", r->line);
	if (is_text(name, "reuse_key"))
		r->conf->reuse_key = is_true;
	return 0;
}

static int take_param(struct reader *r, struct piece name, struct piece value, bool list,
		      struct why *why)
{
	static const char *const bools[] = { "must_staple", "allow_subset_of_names",
					     "reuse_key", "autorenew", NULL };

	if (is_one_of(name, bools))
		return take_bool(r, name, value, list, why);
	if (is_text(name, "authenticator"))
		r->has_authenticator = true;
	if (is_text(name, "key_type") && !list && !r->conf->key_type)
		r->conf->key_type = mem_text_n(value.text, value.len);
	return 0;
}

static int take_value(struct reader *r, struct piece name, struct piece value,
		      struct why *why)
{
	bool list = false, good;

	name = strip_quotes(name);
	if (is_long(value))
		good = read_long_value(r, value, &value);
	else
		good = read_value(value, &value, &list);
	if (!good)
		return refuse_line(r, "has quotes or commas that say nothing", why);
	add_entry(r, r->path[r->depth], name);
	return r->in_params ? take_param(r, name, value, list, why) : 0;
}

/*
 * Lines
 */
/* Counts marks, with blanks among them; the text moves behind. */
static int skip_marks(struct piece *p, char mark)
{
	int count = 0;

	for (*p = trim_piece(p->text, p->len); p->len && *p->text == mark; count++)
		*p = trim_piece(p->text + 1, p->len - 1);
	return count;
}

/* "[[NAME]] # comment". False: that's no section. */
static bool split_section(struct piece p, struct piece *ret_name, int *ret_open,
			  int *ret_close)
{
	struct piece behind;
	size_t i;

	*ret_open = skip_marks(&p, '[');
	for (i = 1; *ret_open && i < p.len; i++) {
		if (p.text[i] != ']')
			continue;
		behind = (struct piece){ p.text + i, p.len - i };
		*ret_close = skip_marks(&behind, ']');
		*ret_name = strip_quotes(trim_piece(p.text, i));
		if (is_comment(behind))
			return true;
	}
	return false;
}

static int take_section(struct reader *r, struct piece name, int open, int close,
			struct why *why)
{
	if (open != close || open > r->depth + 1 || open > DEPTH_MAX)
		return refuse_line(r, "begins a section of no depth", why);
	add_entry(r, r->path[open - 1], name);
	r->depth = open;
	r->path[open] = ++r->sections;
	r->in_params = open == 1 && is_text(name, PARAMS);
	return 0;
}

/* "NAME = VALUE", a name in quotes or without. */
static bool split_key(struct piece p, struct piece *ret_name, struct piece *ret_value)
{
	size_t i = 1;

	if (!p.len || *p.text == '=')
		return false;
	if (is_quote(*p.text)) {
		while (i < p.len && p.text[i] != *p.text)
			i++;
		for (i++; i < p.len && isspace((unsigned char)p.text[i]);)
			i++;
		if (i >= p.len || p.text[i] != '=')
			return false;
	}
	while (i < p.len && p.text[i] != '=')
		i++;
	if (i >= p.len)
		return false;
	*ret_name = trim_piece(p.text, i);
	*ret_value = trim_piece(p.text + i + 1, p.len - i - 1);
	return true;
}

static int read_line(struct reader *r, struct piece line, struct why *why)
{
	struct piece name, value;
	int open, close;

	line = trim_piece(line.text, line.len);
	if (is_comment(line))
		return 0;
	if (split_section(line, &name, &open, &close))
		return take_section(r, name, open, close, why);
	if (split_key(line, &name, &value))
		return take_value(r, name, value, why);
	return refuse_line(r, "is neither [SECTION] nor KEY = VALUE", why);
}

/* At the top of the file. */
static bool has_name(const struct reader *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (!r->entry[i].section && is_text(r->entry[i].name, name))
			return true;
	return false;
}

static int check_complete(const struct reader *r, struct why *why)
{
	static const char *const files[] = { "cert", "privkey", "chain", "fullchain" };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!has_name(r, files[i]))
			return why_set(why, DP_EFORMAT, "%s is missing", files[i]);
	if (!has_name(r, PARAMS))
		return why_set(why, DP_EFORMAT, "[" PARAMS "] is missing");
	if (!r->has_authenticator)
		return why_set(why, DP_EFORMAT,
			       "authenticator is missing below [" PARAMS "]");
	return 0;
}

static int read_lines(struct reader *r, struct why *why)
{
	struct piece line;
	int rc = 0;

	while (rc == 0 && *r->rest) {
		line = (struct piece){ r->rest, strcspn(r->rest, "\n") };
		r->rest += line.len;
		rc = read_line(r, line, why);
		r->rest += *r->rest == '\n';
		r->line++;
	}
	if (rc == 0)
		rc = refuse_twice(r, why);
	return rc < 0 ? rc : check_complete(r, why);
}

int renewal_conf_parse(const char *text, struct renewal_conf *ret_conf, struct why *why)
{
	struct renewal_conf conf = { 0 };
	struct reader r = { .conf = &conf, .rest = text, .line = 1 };
	int rc;

	if (!text[strspn(text, " \t\n")])
		rc = why_set(why, DP_EFORMAT, "it is empty");
	else
		rc = read_lines(&r, why);
	free(r.entry);
	if (rc < 0)
		renewal_conf_clear(&conf);
	else
		*ret_conf = conf;
	return rc;
}

void renewal_conf_clear(struct renewal_conf *conf)
{
	free(conf->key_type);
	*conf = (struct renewal_conf){ 0 };
}
