/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/kept.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/why.h"

static char path[] = "/tmp/test_kept.XXXXXX";

static int write_it(const char *text)
{
	return file_replace(NULL, path, FILE_ACCESS(0600), text, strlen(text), NULL);
}

static void is_read(const char *from, const char *wanted)
{
	char *data = NULL;
	size_t len = 0;

	assert_int_equal(kept_read(from, 100, &data, &len, NULL), 0);
	assert_string_equal(data, wanted);
	assert_int_equal(len, strlen(wanted));
	free(data);
}

static void test_kept_read_gives_what_was_there(void **state)
{
	(void)state;
	assert_int_equal(write_it("before"), 0);
	is_read(path, "before");
	assert_int_equal(kept_add(path, 100, false, NULL), 0);
	assert_int_equal(write_it("after"), 0);
	is_read(path, "before");
	assert_int_equal(kept_add(path, 100, false, NULL), 0);
	is_read(path, "before");
	assert_int_equal(unlink(path), 0);
	is_read(path, "before");
	kept_clear();
	assert_int_equal(kept_read(path, 100, &(char *){ NULL }, &(size_t){ 0 }, NULL),
			 DP_ENOENT);
}

static void test_kept_read_keeps_to_the_reader_s_bound(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(write_it("before"), 0);
	assert_int_equal(kept_add(path, 100, false, NULL), 0);
	assert_int_equal(kept_read(path, 5, &data, &len, NULL), DP_ELIMIT);
	kept_clear();
}

static void test_kept_path_is_a_place_with_the_same_content(void **state)
{
	char *data = NULL;
	size_t len;

	(void)state;
	assert_int_equal(write_it("before"), 0);
	assert_string_equal(kept_path(path), path);
	assert_int_equal(kept_add(path, 100, true, NULL), 0);
	assert_int_equal(write_it("after"), 0);
	if (!strcmp(kept_path(path), path)) /* no /proc */
		skip();
	assert_int_equal(file_read(kept_path(path), 100, &data, &len, NULL), 0);
	assert_string_equal(data, "before");
	free(data);
	kept_clear();
	assert_string_equal(kept_path(path), path);
}

static void test_kept_add_tells_what_cannot_be_read(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(kept_add("/nonexistent/file", 100, true, &why), DP_ENOENT);
	assert_int_equal(kept_add(NULL, 100, true, &why), 0);
	assert_null(kept_path(NULL));
	kept_clear();
}

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_read_gives_what_was_there),
		cmocka_unit_test(test_kept_read_keeps_to_the_reader_s_bound),
		cmocka_unit_test(test_kept_path_is_a_place_with_the_same_content),
		cmocka_unit_test(test_kept_add_tells_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
