/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/junit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/cases.h"
#include "render/page.h"
#include "render/render.h"
#include "render/text.h"
#include "render/title.h"
#include "verdict/facts.h"

struct render_state {
	const struct render_conf *conf;
	bool begun;
};

static const char *entity_for(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/* Puts one line of safe text. What log_escape() leaves is UTF-8 without control
 * characters; U+FFFE and U+FFFF are no characters of XML either. */
static void put_safe(FILE *out, const char *safe)
{
	const unsigned char *p;
	const char *name;

	for (p = (const unsigned char *)safe; *p; p++) {
		name = entity_for((char)*p);
		if (name) {
			fputs(name, out);
		} else if (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe) {
			fprintf(out, "\\xef\\xbf\\x%02x", (unsigned)p[2]);
			p += 2;
		} else {
			fputc(*p, out);
		}
	}
}

/* Puts raw text, escaped; its newlines stay. */
static void put_escaped(FILE *out, const char *text)
{
	size_t len;
	char *safe;

	for (;; text += len + 1) {
		len = strcspn(text, "\n");
		safe = log_escape(text, len);
		put_safe(out, safe);
		free(safe);
		if (!text[len])
			return;
		fputc('\n', out);
	}
}

/* Puts an attribute on one line: a newline in it would be read as a blank. */
static void put_attribute(FILE *out, const char *name, const char *text)
{
	char *safe = log_escape(text, strlen(text));

	fprintf(out, " %s=\"", name);
	put_safe(out, safe);
	fputc('"', out);
	free(safe);
}

static void put_time(FILE *out, int64_t ms)
{
	if (ms >= 0)
		fprintf(out, " time=\"%lld.%03d\"", (long long)(ms / 1000),
			(int)(ms % 1000));
}

/* Puts the text form, which names the facts and what to do. */
static void put_whole_text(const struct render_conf *conf, const struct facts_target *t)
{
	struct buf body;

	buf_init(&body, PAGE_MAX);
	text_body(&body, conf, t);
	put_escaped(conf->out, buf_str(&body));
	buf_clear(&body);
}

static bool is_error(const struct cases_row *row)
{
	return !row->skipped && row->state == STATE_UNKNOWN;
}

static bool is_failure(const struct cases_row *row)
{
	return !row->skipped && row->state != STATE_UNKNOWN && row->state != STATE_OK;
}

static void put_outcome(const struct render_conf *conf, const struct facts_target *t,
			const char *target, const struct cases_row *row)
{
	const char *element = is_error(row) ? "error" : "failure";
	const char *message = row->message ? row->message : row->id;
	FILE *out = conf->out;

	fprintf(out, "\n      <%s", element);
	put_attribute(out, "type", row->id);
	put_attribute(out, "message", message);
	fputc('>', out);
	fprintf(out, "%s  ", state_name(row->state));
	put_escaped(out, target);
	fputs("  ", out);
	put_escaped(out, row->id);
	fputc('\n', out);
	if (row->tells && conf->verbosity >= 0) {
		put_whole_text(conf, t);
	} else {
		fputs("  ", out);
		put_escaped(out, message);
		fputc('\n', out);
	}
	fprintf(out, "</%s>\n    ", element);
}

static void put_case(const struct render_conf *conf, const struct facts_target *t,
		     const char *target, const struct cases_row *row)
{
	FILE *out = conf->out;

	fputs("    <testcase", out);
	put_attribute(out, "classname", target);
	put_attribute(out, "name", row->name);
	put_time(out, row->ms);
	if (!row->skipped && !is_error(row) && !is_failure(row)) {
		fputs("/>\n", out);
		return;
	}
	fputc('>', out);
	if (row->skipped) {
		fputs("<skipped", out);
		put_attribute(out, "message", row->message ? row->message : row->id);
		fputs("/>", out);
	} else {
		put_outcome(conf, t, target, row);
	}
	fputs("</testcase>\n", out);
}

static void put_suite_tag(const struct render_conf *conf, const struct facts_target *t,
			  const char *target, const struct cases *c)
{
	size_t i, errors = 0, failures = 0, skipped = 0;
	char date[32];

	for (i = 0; i < c->count; i++) {
		errors += is_error(&c->row[i]);
		failures += is_failure(&c->row[i]);
		skipped += c->row[i].skipped;
	}
	clock_rfc3339(conf->now, date);
	date[strcspn(date, "Z")] = '\0'; /* the format has no zone */
	fputs("  <testsuite", conf->out);
	put_attribute(conf->out, "name", target);
	fprintf(conf->out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		c->count, failures, errors, skipped);
	put_time(conf->out, t->total_ms);
	fprintf(conf->out, " timestamp=\"%s\">\n", date);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("      <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

static void open_all(struct render_state *s)
{
	if (!s->begun)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuites name=\"daneprobe\">\n",
		      s->conf->out);
	s->begun = true;
}

static struct render_state *begin_suites(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	s->conf = conf;
	return s;
}

static void put_suite(struct render_state *s, const struct facts_target *t)
{
	char *name = title_of(t);
	FILE *out = s->conf->out;
	struct cases c;
	size_t i;

	open_all(s);
	cases_collect(t, &c);
	put_suite_tag(s->conf, t, name, &c);
	fputs("    <properties>\n", out);
	put_property(out, "state", state_name(t->state));
	put_property(out, "code", code_name(t->code));
	put_property(out, "summary", t->summary ? t->summary : "");
	fputs("    </properties>\n", out);
	for (i = 0; i < c.count; i++)
		put_case(s->conf, t, name, &c.row[i]);
	if (t->state == STATE_OK && s->conf->verbosity >= 0) {
		fputs("    <system-out>", out);
		put_whole_text(s->conf, t);
		fputs("</system-out>\n", out);
	}
	fputs("  </testsuite>\n", out);
	fflush(out);
	cases_clear(&c);
	free(name);
}

/* A report of nothing would be read as a success. */
static void put_nothing(FILE *out)
{
	fputs("  <testsuite name=\"daneprobe\" tests=\"1\" failures=\"0\" errors=\"1\" "
	      "skipped=\"0\">\n"
	      "    <testcase classname=\"daneprobe\" name=\"target\">"
	      "<error type=\"no-target\" message=\"no target\"/></testcase>\n"
	      "  </testsuite>\n",
	      out);
}

static void end_suites(struct render_state *s)
{
	if (!s->begun) {
		open_all(s);
		put_nothing(s->conf->out);
	}
	fputs("</testsuites>\n", s->conf->out);
	free(s);
}

const struct renderer *junit_renderer(void)
{
	static const struct renderer r = { "junit", begin_suites, put_suite, end_suites };

	return &r;
}
