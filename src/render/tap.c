/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/tap.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
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
	size_t count; /* tests so far */
};

static struct render_state *begin_tests(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	s->conf = conf;
	return s;
}

/* "#" in a description would begin a directive, with which a failure counts as none. */
static void put_description(FILE *out, const char *text)
{
	char *safe = log_escape(text, strlen(text));
	const char *p;

	for (p = safe; *p; p++) {
		if (*p == '#')
			fputs("\\x23", out);
		else
			fputc(*p, out);
	}
	free(safe);
}

/* The text form as comments. */
static void put_whole_text(const struct render_conf *conf, const struct facts_target *t)
{
	const char *p, *end;
	struct buf body;

	buf_init(&body, PAGE_MAX);
	text_body(&body, conf, t);
	for (p = buf_str(&body); (end = strchr(p, '\n')); p = end + 1)
		fprintf(conf->out, "# %.*s\n", (int)(end - p), p);
	buf_clear(&body);
}

static void put_test(struct render_state *s, const struct facts_target *t,
		     const char *target, const struct cases_row *row)
{
	FILE *out = s->conf->out;

	fprintf(out, "%s %zu - ",
		row->skipped || row->state == STATE_OK ? "ok" : "not ok", ++s->count);
	put_description(out, target);
	fputc(' ', out);
	put_description(out, row->name);
	if (strcmp(row->name, row->id) != 0)
		fprintf(out, " %s", row->id);
	if (row->skipped) {
		fputs(" # SKIP ", out);
		put_description(out, row->message ? row->message : row->id);
	} else if (row->state != STATE_OK && row->message) {
		fputs(": ", out);
		put_description(out, row->message);
	}
	fputc('\n', out);
	if (row->tells && s->conf->verbosity >= 0) {
		fprintf(out, "# %s  ", state_name(row->state));
		put_description(out, target);
		fprintf(out, "  %s\n", row->id);
		put_whole_text(s->conf, t);
	}
}

static void put_tests(struct render_state *s, const struct facts_target *t)
{
	char *name = title_of(t);
	struct cases c;
	size_t i;

	if (!s->count)
		fputs("TAP version 13\n", s->conf->out);
	cases_collect(t, &c);
	for (i = 0; i < c.count; i++)
		put_test(s, t, name, &c.row[i]);
	if (t->state == STATE_OK && s->conf->verbosity > 0)
		put_whole_text(s->conf, t);
	fflush(s->conf->out);
	cases_clear(&c);
	free(name);
}

/* The plan comes last, when it is known. A report of nothing would be read as a success.
 */
static void put_plan(struct render_state *s)
{
	if (s->count)
		fprintf(s->conf->out, "1..%zu\n", s->count);
	else
		fputs("Bail out! no target\n", s->conf->out);
	free(s);
}

const struct renderer *tap_renderer(void)
{
	static const struct renderer r = { "tap", begin_tests, put_tests, put_plan };

	return &r;
}
