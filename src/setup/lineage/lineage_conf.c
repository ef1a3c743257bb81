/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fnv.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf_rows.h"

#define BLANKS " \t"

const char *lineage_conf_get(const struct lineage_conf *conf, enum lineage_conf_key key)
{
	const char *fallback = lineage_conf_rows_of(key)->fallback;

	return conf->text[key] ? conf->text[key] : fallback ? fallback : "";
}

/* The defaults are our own text: a bad one is a bug. */
static void apply_default(struct lineage_conf *conf, enum lineage_conf_key key)
{
	const struct lineage_conf_row *row = lineage_conf_rows_of(key);
	int rc = row->fallback ? row->take(conf, row->fallback, NULL) : 0;

	assert(rc == 0);
	(void)rc;
}

void lineage_conf_init(struct lineage_conf *conf)
{
	int key;

	*conf = (struct lineage_conf){ 0 };
	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		apply_default(conf, (enum lineage_conf_key)key);
}

void lineage_conf_clear(struct lineage_conf *conf)
{
	int key;

	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		free(conf->text[key]);
	csr_names_clear(&conf->domains);
	lineage_conf_rows_list_clear(&conf->services);
	lineage_conf_rows_list_clear(&conf->foreign);
	lineage_conf_rows_list_clear(&conf->deploy);
	*conf = (struct lineage_conf){ 0 };
}

void lineage_conf_unset(struct lineage_conf *conf, enum lineage_conf_key key)
{
	const struct lineage_conf_row *row = lineage_conf_rows_of(key);

	free(conf->text[key]);
	conf->text[key] = NULL;
	if (key == LINEAGE_CONF_DEPLOY)
		lineage_conf_rows_list_clear(&conf->deploy);
	else if (!row->fallback)
		(void)row->take(conf, "", NULL);
	apply_default(conf, key);
}

static void keep_text(struct lineage_conf *conf, enum lineage_conf_key key,
		      const char *value)
{
	char *before = conf->text[key];

	conf->text[key] = key == LINEAGE_CONF_DEPLOY && before
				  ? mem_printf("%s\n%s", before, value)
				  : mem_text(value);
	free(before);
}

int lineage_conf_put(struct lineage_conf *conf, enum lineage_conf_key key,
		     const char *value, struct why *why)
{
	const struct lineage_conf_row *row = lineage_conf_rows_of(key);
	struct why inner;
	const char *p;
	int rc;

	for (p = value; *p; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return why_set(why, DP_EINVAL, "%s: a control character",
				       row->key);
	if (!value[strspn(value, BLANKS)])
		return why_set(why, DP_EINVAL,
			       "%s has no value: leave the line out for the default",
			       row->key);
	rc = row->take(conf, value, &inner);
	if (rc < 0)
		return why_set(why, rc, "%s: %s", row->key, inner.text);
	keep_text(conf, key, value);
	return 0;
}

static int find_key(const char *name, enum lineage_conf_key *ret_key, struct why *why)
{
	struct nearest near;
	int key;

	nearest_init(&near, name);
	for (key = 0; key < LINEAGE_CONF_COUNT; key++) {
		if (!strcmp(lineage_conf_rows_of(key)->key, name)) {
			*ret_key = (enum lineage_conf_key)key;
			return 0;
		}
		nearest_offer(&near, lineage_conf_rows_of(key)->key);
	}
	return why_set(why, DP_EINVAL, "unknown key '%s'%s%s", name,
		       near.best ? ": did you mean " : "", near.best ? near.best : "");
}

/* Splits "KEY = VALUE", blanks trimmed; the value is on the heap. */
static int split_line(const char *line, enum lineage_conf_key *ret_key, char **ret_value,
		      struct why *why)
{
	const char *equals = strchr(line, '='), *begin, *end;
	char *name;
	int rc;

	line += strspn(line, BLANKS);
	if (!equals)
		return why_set(why, DP_EINVAL, "'%s' is not KEY = VALUE", line);
	for (end = equals; end > line && strchr(BLANKS, end[-1]); end--)
		;
	name = mem_text_n(line, (size_t)(end - line));
	rc = find_key(name, ret_key, why);
	free(name);
	if (rc < 0)
		return rc;
	begin = equals + 1 + strspn(equals + 1, BLANKS);
	for (end = begin + strlen(begin); end > begin && strchr(BLANKS "\r", end[-1]);
	     end--)
		;
	*ret_value = mem_text_n(begin, (size_t)(end - begin));
	return 0;
}

int lineage_conf_set(struct lineage_conf *conf, const char *line, struct why *why)
{
	enum lineage_conf_key key;
	char *value = NULL;
	int rc = split_line(line, &key, &value, why);

	if (rc == 0)
		rc = lineage_conf_put(conf, key, value, why);
	free(value);
	return rc;
}

/* Takes one line of the file; a key other than deploy may not stand there twice. */
static int take_line(struct lineage_conf *conf, const char *line, struct why *why)
{
	const char *text = line + strspn(line, BLANKS "\r");
	enum lineage_conf_key key = LINEAGE_CONF_COUNT;
	char *value = NULL;
	int rc;

	if (!*text || *text == '#')
		return 0;
	rc = split_line(text, &key, &value, why);
	if (rc == 0 && conf->text[key] && key != LINEAGE_CONF_DEPLOY)
		rc = why_set(why, DP_EINVAL, "%s stands there twice",
			     lineage_conf_rows_of(key)->key);
	if (rc == 0)
		rc = lineage_conf_put(conf, key, value, why);
	free(value);
	return rc;
}

int lineage_conf_parse(struct lineage_conf *conf, const char *text, struct why *why)
{
	size_t len, number = 0;
	struct why inner;
	char *line;
	int rc;

	for (; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, "\n");
		number++;
		line = mem_text_n(text, len);
		rc = take_line(conf, line, &inner);
		free(line);
		if (rc < 0)
			return why_set(why, rc, "line %zu: %s", number, inner.text);
	}
	return 0;
}

int lineage_conf_check(const struct lineage_conf *conf, struct why *why)
{
	if (!conf->domains.count)
		return why_set(why, DP_EINVAL, "no domain: -d NAME (or domains = ...)");
	if (!conf->services.count)
		return why_set(why, DP_EINVAL,
			       "no service: --service TARGET (or services = ...) says "
			       "which server presents the key");
	return 0;
}

static void add_comment(struct buf *b, const char *comment)
{
	size_t len;

	for (;; comment += len + 1) {
		len = strcspn(comment, "\n");
		buf_printf(b, "# %.*s\n", (int)len, comment);
		if (!comment[len])
			return;
	}
}

static void add_row(struct buf *b, const struct lineage_conf_row *row, const char *value)
{
	size_t len;

	buf_text(b, "\n");
	add_comment(b, row->comment);
	if (!value) {
		buf_printf(b, "#%s = %s\n", row->key,
			   row->fallback ? row->fallback : row->example);
		return;
	}
	for (;; value += len + 1) {
		len = strcspn(value, "\n");
		buf_printf(b, "%s = ", row->key);
		buf_add(b, value, len);
		buf_text(b, "\n");
		if (!value[len])
			return;
	}
}

char *lineage_conf_text(const struct lineage_conf *conf)
{
	struct buf b;
	char *text;
	int key;

	buf_init(&b, LINEAGE_CONF_FILE_MAX);
	buf_text(&b,
		 "# This file is yours; daneprobe only reads it (lineage.conf(5)).\n"
		 "# A line with # before its key shows the default, or an example.\n");
	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		add_row(&b, lineage_conf_rows_of(key), conf->text[key]);
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}

int64_t lineage_conf_hash(const struct lineage_conf *conf)
{
	char *text = lineage_conf_text(conf);
	int64_t hash = (int64_t)(fnv_text(text) >> 1) | 1;

	free(text);
	return hash;
}
