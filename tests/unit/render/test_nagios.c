/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/nagios.h"
#include "render/render.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* A strict reader of performance data, after the Monitoring Plugins guidelines. */

static bool read_number(const char **p)
{
	const char *start = *p;

	*p += **p == '-';
	*p += strspn(*p, "0123456789");
	if (**p == '.')
		*p += 1 + strspn(*p + 1, "0123456789");
	return *p > start && (*p)[-1] >= '0' && (*p)[-1] <= '9';
}

/* [@][start:][end], start "~" or a number; empty is fine. */
static bool read_range(const char **p)
{
	*p += **p == '@';
	if (**p == '~')
		(*p)++;
	else if (**p && strchr("-0123456789", **p) && !read_number(p))
		return false;
	if (**p == ':') {
		(*p)++;
		if (**p && strchr("-0123456789", **p))
			return read_number(p);
	}
	return true;
}

static bool read_label(const char **p)
{
	const char *start;

	if (**p == '\'') {
		size_t n = strcspn(*p + 1, "'=|\n");

		if (!n || (*p)[n + 1] != '\'')
			return false;
		*p += n + 2;
		return true;
	}
	start = *p;
	*p += strcspn(*p, "'\"=| \n");
	return *p > start && **p == '=';
}

static bool read_value(const char **p)
{
	if (!read_label(p) || *(*p)++ != '=' || !read_number(p))
		return false;
	if (**p && strchr("s%cB", **p))
		(*p)++;
	if (**p != ';')
		return !**p || **p == ' ';
	(*p)++;
	if (!read_range(p))
		return false;
	if (**p == ';' && ((*p)++, !read_range(p)))
		return false;
	if (**p == ';' && ((*p)++, **p && strchr("-0123456789", **p) && !read_number(p)))
		return false;
	if (**p == ';' && ((*p)++, !read_number(p)))
		return false;
	return !**p || **p == ' ';
}

/* How many values there are, -1 when it is malformed. */
static int read_perfdata(const char *text)
{
	int n = 0;

	while (read_value(&text)) {
		n++;
		if (!*text)
			return n;
		text++;
	}
	return -1;
}

static char *printed(size_t first, size_t count, bool single, int verbosity)
{
	struct verdict_conf verdict;
	char *text = NULL;
	size_t len = 0, i;
	struct render_conf conf = { .out = open_memstream(&text, &len),
				    .verbosity = verbosity,
				    .now = SAMPLE_NOW,
				    .verdict = &verdict,
				    .single = single };
	const struct renderer *r = nagios_renderer();
	struct render_state *s = r->begin(&conf);

	verdict_conf_init(&verdict);
	for (i = first; i < first + count; i++) {
		struct facts_target *t = sample_make(i, &verdict);

		r->target(s, t);
		facts_target_free(t);
	}
	r->end(s);
	fclose(conf.out);
	return text;
}

static void check_output(const char *name, char *text, bool wants_perf)
{
	char *end = strchr(text, '\n'), *bar;

	if (!end || strncmp(text, "DANE ", 5))
		fail_msg("%s: no first line: %s", name, text);
	if (strchr(end, '|'))
		fail_msg("%s: bar in the long text: %s", name, end);
	*end = '\0';
	bar = strchr(text, '|');
	if (!bar != !wants_perf)
		fail_msg("%s: performance data: %s", name, text);
	if (bar && (strchr(bar + 1, '|') || read_perfdata(bar + 2) < 1))
		fail_msg("%s: malformed: %s", name, bar);
}

static void test_nagios_perfdata_is_well_formed(void **state)
{
	size_t i;
	char *text;

	(void)state;
	for (i = 0; sample_name(i); i++) {
		text = printed(i, 1, true, 0);
		check_output(sample_name(i), text,
			     strncmp(text, "DANE UNKNOWN", 12) != 0);
		free(text);
	}
	text = printed(0, i, false, 0);
	check_output("all", text, true);
	free(text);
}

static void test_read_perfdata_can_refuse(void **state)
{
	static const char *const bad[] = {
		"time=",	"time=1x", "time=1s;a",	      "ti me=1s", "'a=1s",
		"time=1s  b=2", "=1",	   "time=1s;;;0;10;", "time=nan",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (read_perfdata(bad[i]) >= 0)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(read_perfdata("cert_days=88.3;22.5:;9:;0 time=0.112s;;;0;10"),
			 2);
}

static void test_nagios_first_line_of_one(void **state)
{
	char *text = printed(1, 1, true, -1);

	(void)state;
	assert_string_equal(text,
			    "DANE CRITICAL - smtp://mx1.example.com mismatch: key "
			    "2c26b46b... is not published | cert_days=88.3;22.5:;9:;0 "
			    "rrsig_hours=324.5;1.75:;0.75:;0 time=0.112s;;;0;10 "
			    "peers_matched=0;1:;1:;0;1 cert_days_warn=22.50 "
			    "cert_days_crit=9.00 rrsig_hours_warn=1.75 "
			    "rrsig_hours_crit=0.75\n");
	free(text);
}

static void test_nagios_first_line_of_several(void **state)
{
	char *text = printed(0, 2, false, -1);

	(void)state;
	assert_non_null(strstr(text, "DANE CRITICAL - 1 of 2 targets: "
				     "smtp://mx1.example.com mismatch | "));
	assert_non_null(strstr(text, "www.example.com:443_time=0.037s;;;0;10 "));
	assert_non_null(strstr(text, "mx1.example.com:25_time=0.112s;;;0;10 "));
	free(text);
	text = printed(0, 1, false, -1);
	assert_ptr_equal(strstr(text, "DANE OK - 1 of 1 targets: match | "), text);
	free(text);
}

static void test_nagios_unknown_is_one_safe_line(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	nagios_unknown(out, "unknown option '--x|y\n'");
	fclose(out);
	assert_string_equal(text, "DANE UNKNOWN - unknown option '--x\\x7cy\\x0a'\n");
	free(text);
}

static void test_nagios_without_target_prints_nothing(void **state)
{
	char *text = printed(0, 0, false, 0);

	(void)state;
	assert_string_equal(text, ""); /* the caller knows why there is none */
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nagios_perfdata_is_well_formed),
		cmocka_unit_test(test_read_perfdata_can_refuse),
		cmocka_unit_test(test_nagios_first_line_of_one),
		cmocka_unit_test(test_nagios_first_line_of_several),
		cmocka_unit_test(test_nagios_unknown_is_one_safe_line),
		cmocka_unit_test(test_nagios_without_target_prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
