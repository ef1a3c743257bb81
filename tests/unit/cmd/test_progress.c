/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "cmd/counts.h"

static const struct row {
	const char *name;
	unsigned ok, critical, before; /* results, and of them from an earlier run */
	unsigned in_flight;
	double share;
	int64_t elapsed_ms;
	size_t columns;
	const char *line;
} rows[] = {
	{ "nothing yet", 0, 0, 0, 0, -1, 0, 79, "0" },
	{ "a pipe", 30, 10, 0, 5, -1, 2000, 79, "40, 20/s; 30 OK, 10 CRITICAL" },
	{ "half of a file", 30, 10, 0, 10, 0.5, 2000, 79,
	  "40 of ~100, 20/s, 0:03 left; 30 OK, 10 CRITICAL" },
	{ "all is read", 30, 10, 0, 10, 1, 2000, 79,
	  "40 of 50, 20/s, 0:01 left; 30 OK, 10 CRITICAL" },
	{ "the end", 40, 0, 0, 0, 1, 2000, 79, "40 of 40, 20/s; 40 OK" },
	{ "slow", 1, 0, 0, 2, 1, 4000, 79, "1 of 3, 0.2/s, 0:08 left; 1 OK" },
	{ "hours", 1, 0, 0, 3599, 1, 1000, 79, "1 of 3600, 1.0/s, 59:59 left; 1 OK" },
	{ "more hours", 1, 0, 0, 3600, 1, 1000, 79,
	  "1 of 3601, 1.0/s, 1:00:00 left; 1 OK" },
	{ "the rate is this run's", 100, 0, 90, 0, 0.5, 1000, 79,
	  "100 of ~200, 10/s, 0:10 left; 100 OK" },
	{ "a narrow terminal", 30, 10, 0, 5, -1, 2000, 10, "40, 20/s; " },
	{ "after years", 1, 0, 0, 100000000, 1, 1000, 79, "1 of 100000001, 1.0/s; 1 OK" },
};

static char *line_of(const struct row *row)
{
	struct counts c = { .resumed = row->before };
	struct progress_numbers n = { .counts = &c };
	unsigned i;

	for (i = 0; i < row->ok; i++)
		counts_add(&c, STATE_OK, CODE_MATCH);
	for (i = 0; i < row->critical; i++)
		counts_add(&c, STATE_CRITICAL, CODE_BOGUS);
	n.done = row->ok + row->critical;
	n.fresh = n.done - row->before;
	n.taken = n.done + row->in_flight;
	n.share = row->share;
	return progress_line(&n, row->elapsed_ms, row->columns);
}

static void test_progress_line_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *line = line_of(&rows[i]);

		if (strcmp(line, rows[i].line))
			fail_msg("%s: '%s', not '%s'", rows[i].name, line, rows[i].line);
		free(line);
	}
}

static void never(void *arg, struct progress_numbers *ret_numbers)
{
	(void)arg;
	(void)ret_numbers;
	fail();
}

static void test_progress_is_silent_where_there_is_no_terminal(void **state)
{
	struct loop *loop = loop_new();
	FILE *stream = tmpfile();

	(void)state;
	setenv("TERM", "xterm", 1);
	assert_null(progress_new(loop, stream, never, NULL));
	progress_erase(NULL);
	progress_free(NULL);
	assert_int_equal(ftell(stream), 0);
	fclose(stream);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_line_rows),
		cmocka_unit_test(test_progress_is_silent_where_there_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
