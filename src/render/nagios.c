/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/nagios.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/render.h"
#include "render/text.h"
#include "render/title.h"
#include "verdict/facts.h"
#include "verdict/perf.h"

#define LONG_TEXT_MAX (1 << 20) /* of all targets: more than any monitor keeps */
#define PERF_TEXT_MAX (1 << 20)
#define TARGETS_NAMED 3 /* in the first line of several */

struct render_state {
	const struct render_conf *conf;
	struct buf named;     /* first line: the worst targets */
	struct buf perf;      /* without the bar */
	struct buf long_text; /* ended lines */
	enum state state;
	size_t count, ok,
		in_state; /* all targets; those that are OK; those in the worst state */
	size_t left_out;  /* texts that didn't fit */
};

static struct render_state *begin_plugin_output(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	s->conf = conf;
	buf_init(&s->named, 64 << 10);
	buf_init(&s->perf, PERF_TEXT_MAX);
	buf_init(&s->long_text, LONG_TEXT_MAX);
	return s;
}

/* Escaped for one line; a bar would start the performance data. */
static char *safe_line(const char *text)
{
	char *safe = log_escape(text, strlen(text)), *p, *line;
	struct buf b;

	if (!strchr(safe, '|'))
		return safe;
	buf_init(&b, 4 * strlen(safe) + 1);
	for (p = safe; *p; p++) {
		if (*p == '|')
			buf_text(&b, "\\x7c");
		else
			buf_add(&b, p, 1);
	}
	line = mem_text(buf_str(&b));
	buf_clear(&b);
	free(safe);
	return line;
}

/* Adds text without what a label must not hold; a blank would need quotes, which some
 * readers of performance data keep as part of the name. */
static void add_label_text(struct buf *b, const char *text)
{
	char *safe = log_escape(text, strlen(text)), *p;

	for (p = safe; *p; p++)
		buf_add(b, strchr("=\"'| ", *p) ? "_" : p, 1);
	free(safe);
}

/* "mx1.example.com:25_" before the label where there are several targets: the normalized
 * form without its scheme; and before that of one host where a target has several. */
static void add_label(struct buf *b, const struct render_state *s,
		      const struct facts_target *t, const struct facts_endpoint *e,
		      const char *label)
{
	const char *name = t->normalized ? t->normalized : t->target;
	const char *p = strstr(name, "://");
	char *place;

	if (!s->conf->single) {
		add_label_text(b, p ? p + 3 : name);
		buf_text(b, "_");
	}
	if (e) {
		place = mem_printf("%s:%d_", e->host, e->port);
		add_label_text(b, place);
		free(place);
	}
	buf_text(b, label);
}

static void add_limit(struct buf *b, double limit)
{
	if (!isnan(limit))
		buf_printf(b, "%.10g", limit);
}

/* label=value[uom];warn;crit;min;max, without the semicolons that nothing follows. */
static void add_value(struct buf *b, const struct perf *v)
{
	buf_printf(b, "=%.*f%s;%s;%s;", v->decimals, v->value, v->uom, v->warn, v->crit);
	add_limit(b, v->min);
	buf_text(b, ";");
	add_limit(b, v->max);
	while (b->len && b->data[b->len - 1] == ';')
		b->data[--b->len] = '\0';
}

static void add_values(struct render_state *s, const struct facts_target *t,
		       const struct facts_endpoint *e, const struct perf *value, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct buf one;

		buf_init(&one, PERF_TEXT_MAX);
		buf_text(&one, s->perf.len ? " " : "");
		add_label(&one, s, t, e, value[i].label);
		add_value(&one, &value[i]);
		buf_text(&s->perf, buf_str(&one)); /* whole or not at all */
		buf_clear(&one);
	}
}

static void add_perf(struct render_state *s, const struct facts_target *t)
{
	struct perf value[PERF_MAX], of_host[PERF_ENDPOINT_MAX];
	const struct verdict_conf *conf = s->conf->verdict;
	const struct facts_endpoint *e;
	size_t i, n;

	if (t->state == STATE_UNKNOWN || t->dry_run)
		return;
	n = perf_collect(t, conf, s->conf->now, value);
	add_values(s, t, NULL, value, n);
	for (i = 0; t->endpoint_count > 1 && i < t->endpoint_count; i++) {
		e = &t->endpoint[i];
		n = perf_collect_endpoint(e, conf, s->conf->now, of_host);
		add_values(s, t, e, of_host, n);
	}
}

static void name_target(struct render_state *s, const struct facts_target *t)
{
	char *name = title_of(t);
	char *whole = mem_printf("%s %s%s%s", name, code_name(t->code),
				 s->conf->single ? ": " : "",
				 s->conf->single ? t->summary : "");
	char *line = safe_line(whole);

	if (s->in_state <= TARGETS_NAMED)
		buf_printf(&s->named, "%s%s", s->named.len ? ", " : "", line);
	free(name);
	free(whole);
	free(line);
}

static void add_long_text(struct render_state *s, const struct facts_target *t)
{
	struct buf body, whole;
	char *name = title_of(t), *line;
	const char *p, *end;

	buf_init(&body, LONG_TEXT_MAX);
	if (!s->conf->single)
		buf_printf(&body, "%s  %s  %s\n", state_name(t->state), name,
			   code_name(t->code));
	text_body(&body, s->conf, t);
	buf_init(&whole, LONG_TEXT_MAX);
	for (p = buf_str(&body); (end = strchr(p, '\n')); p = end + 1) {
		char *one = mem_text_n(p, (size_t)(end - p));

		/* escaped already, so only bars change */
		line = safe_line(one);
		buf_printf(&whole, "%s\n", line);
		free(line);
		free(one);
	}
	if (body.overflow || !buf_text(&s->long_text, buf_str(&whole)))
		s->left_out++;
	buf_clear(&body);
	buf_clear(&whole);
	free(name);
}

static void take_target(struct render_state *s, const struct facts_target *t)
{
	enum state worse = s->count ? state_worse(s->state, t->state) : t->state;

	if (worse != s->state || !s->count) {
		s->state = worse;
		s->in_state = 0;
		buf_reset(&s->named);
	}
	s->count++;
	s->ok += t->state == STATE_OK;
	if (t->state == s->state) {
		s->in_state++;
		name_target(s, t);
	}
	add_perf(s, t);
	if (s->conf->verbosity >= 0)
		add_long_text(s, t);
}

static void print_several(const struct render_state *s)
{
	FILE *out = s->conf->out;

	if (s->state == STATE_OK) {
		fprintf(out, "%zu of %zu targets: match", s->ok, s->count);
		return;
	}
	fprintf(out, "%zu of %zu targets: %s", s->count - s->ok, s->count,
		buf_str(&s->named));
	if (s->in_state > TARGETS_NAMED)
		fprintf(out, " and %zu more", s->in_state - TARGETS_NAMED);
}

static void print_plugin_output(struct render_state *s)
{
	FILE *out = s->conf->out;

	if (s->count) {
		fprintf(out, "DANE %s - ", state_name(s->state));
		if (s->conf->single)
			fputs(buf_str(&s->named), out);
		else
			print_several(s);
		if (s->perf.len)
			fprintf(out, " | %s", buf_str(&s->perf));
		fputs("\n", out);
		fputs(buf_str(&s->long_text), out);
		if (s->left_out)
			fprintf(out, "(%zu texts left out)\n", s->left_out);
	}
	buf_clear(&s->named);
	buf_clear(&s->perf);
	buf_clear(&s->long_text);
	free(s);
}

void nagios_unknown(FILE *out, const char *text)
{
	char *line = safe_line(text);

	fprintf(out, "DANE UNKNOWN - %s\n", line);
	free(line);
}

const struct renderer *nagios_renderer(void)
{
	static const struct renderer r = { "nagios", begin_plugin_output, take_target,
					   print_plugin_output };

	return &r;
}
