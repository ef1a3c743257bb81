/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/clerk.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"

static char folder[] = "/tmp/test_clerk.XXXXXX";
static char *path; /* owned */

static void holds(const char *wanted)
{
	char *data = NULL;
	size_t len;

	assert_int_equal(file_read(path, 100, &data, &len, NULL), 0);
	assert_string_equal(data, wanted);
	free(data);
}

static void test_clerk_write_replaces_the_file(void **state)
{
	struct clerk *clerk = NULL;

	(void)state;
	assert_int_equal(clerk_new(path, &clerk, NULL), 0);
	assert_int_equal(clerk_write(clerk, "text\n", 5, NULL), 0);
	clerk_free(clerk);
	holds("text\n");
}

static void test_clerk_free_alone_writes_nothing(void **state)
{
	struct clerk *clerk = NULL;

	(void)state;
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(0600), "old", 3, NULL), 0);
	assert_int_equal(clerk_new(path, &clerk, NULL), 0);
	clerk_free(clerk);
	holds("old");
	clerk_free(NULL);
}

static void test_clerk_write_tells_what_failed(void **state)
{
	struct clerk *clerk = NULL;
	struct why why = { "" };

	(void)state;
	assert_int_equal(clerk_new("/nonexistent/file", &clerk, NULL), 0);
	assert_int_equal(clerk_write(clerk, "text\n", 5, &why), DP_EIO);
	assert_non_null(strstr(why.text, "/nonexistent"));
	assert_non_null(strstr(why.text, "No such file"));
	clerk_free(clerk);
}

/* More than it promises to take is not cut short but refused. */
static void test_clerk_write_refuses_what_is_too_long(void **state)
{
	struct clerk *clerk = NULL;
	char *text = mem_zero(2 * CLERK_TEXT_MAX);
	struct why why = { "" };

	(void)state;
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(0600), "old", 3, NULL), 0);
	assert_int_equal(clerk_new(path, &clerk, NULL), 0);
	assert_int_equal(clerk_write(clerk, text, 2 * CLERK_TEXT_MAX, &why), DP_EIO);
	clerk_free(clerk);
	free(text);
	holds("old");
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	path = mem_printf("%s/file", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	free(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clerk_write_replaces_the_file),
		cmocka_unit_test(test_clerk_free_alone_writes_nothing),
		cmocka_unit_test(test_clerk_write_tells_what_failed),
		cmocka_unit_test(test_clerk_write_refuses_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
