/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/reminder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define BEGIN ((time_t)1795046400)
#define HOUR 3600

/* One run after the other. */
static const struct row {
	const char *text; /* NULL: nothing is wrong */
	bool to_person;
	int hour;
	bool said, changed;
} rows[] = {
	{ NULL, false, 0, false, false },
	{ "a", false, 1, true, true },
	{ "a", false, 2, false, false },
	{ "a", false, 24, false, false },
	{ "a", false, 25, true, true },
	{ "b", false, 26, true, true }, /* another thing is news */
	{ "b", true, 27, true, true },
	{ "b", false, 50, false, false }, /* a day since the person was told */
	{ NULL, false, 51, false, true },
	{ NULL, true, 52, false, false },
	{ "b", false, 53, true, true },
	{ "b", false, 20, true, true }, /* the clock was set back */
};

static void test_reminder_say_once_a_day(void **state)
{
	char *text = NULL;
	time_t said_at = 0;
	const struct reminder r = { &text, &said_at };
	bool changed, said;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		said = reminder_say(&r, row->text, row->to_person,
				    BEGIN + row->hour * HOUR, &changed);
		if (said != row->said || changed != row->changed)
			fail_msg("row %zu: said %d, changed %d", i, said, changed);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reminder_say_once_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
