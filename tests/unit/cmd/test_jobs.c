/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"

static const struct {
	int asked, processes;
	long files;
	int share;
} rows[] = {
	{ 0, 1, 1048576, 64 },	{ 0, 4, 1048576, 64 }, { 10, 1, 1024, 10 },
	{ 10, 4, 1024, 3 },	{ 1, 4, 1024, 1 },     { 1000, 2, 1048576, 500 },
	{ 1000, 2, 1024, 128 }, { 0, 2, 256, 32 },     { 0, 2, 4, 1 },
};

static void test_jobs_share_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (jobs_share(rows[i].asked, rows[i].processes, rows[i].files) !=
		    rows[i].share)
			fail_msg("row %zu", i);
}

/* As many as descriptors suffice for, beside those that are at work. */
static void test_jobs_parked_fits_the_descriptors(void **state)
{
	(void)state;
	assert_int_equal(jobs_parked(64, 1048576), 512);
	assert_int_equal(jobs_parked(1, 1048576), 260);
	assert_int_equal(jobs_parked(64, 1024), 64);
	assert_int_equal(jobs_parked(64, 512), 0);
	assert_int_equal(jobs_parked(64, 64), 0);
}

static void test_jobs_of_this_machine(void **state)
{
	(void)state;
	assert_true(jobs_raise_files() >= 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs_share_rows),
		cmocka_unit_test(test_jobs_parked_fits_the_descriptors),
		cmocka_unit_test(test_jobs_of_this_machine),
	};

	log_set_level(-1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
