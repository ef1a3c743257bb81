/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"

#define NOBODY 65534

static char folder[] = "/tmp/test_file.XXXXXX";
static char path[sizeof(folder) + 8];

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/f", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static int entries(void)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int n = 0;

	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void test_file_create_then_read(void **state)
{
	struct stat st;
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_create(path, 0600, "a\0b", 3, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(entries(), 1);
	assert_int_equal(file_read(path, 3, &data, &len, NULL), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	free(data);
}

static void test_file_create_keeps_the_mode_whatever_the_umask(void **state)
{
	mode_t mask = umask(0077);
	struct stat st;

	(void)state;
	assert_int_equal(file_create(path, 0644, "", 0, NULL), 0);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(st.st_size, 0);
}

static void test_file_create_never_overwrites(void **state)
{
	struct why why = { "" };
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_create(path, 0600, "first", 5, NULL), 0);
	assert_int_equal(file_create(path, 0600, "second", 6, &why), DP_EEXIST);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(entries(), 1);
	assert_int_equal(file_read(path, 100, &data, &len, NULL), 0);
	assert_string_equal(data, "first");
	free(data);
}

/* access() sees nothing behind it, link() does. */
static void test_file_create_leaves_a_dangling_link(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(file_create(path, 0600, "x", 1, NULL), DP_EEXIST);
	assert_int_equal(entries(), 1);
}

static void test_file_create_without_a_folder(void **state)
{
	struct why why = { "" };
	char *name = mem_printf("%s/no/f", folder);

	(void)state;
	assert_int_equal(file_create(name, 0600, "x", 1, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, name));
	free(name);
}

/* A folder that may be written but not read can't be fsynced. */
static void test_file_create_leaves_nothing_when_the_folder_cannot_be_synced(void **state)
{
	int rc;

	(void)state;
	if (geteuid() != 0 || chown(folder, NOBODY, (gid_t)-1) < 0 || seteuid(NOBODY) < 0)
		skip();
	assert_int_equal(chmod(folder, 0300), 0);
	rc = file_create(path, 0600, "x", 1, NULL);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(rc, DP_EIO);
	assert_int_equal(entries(), 0);
}

static void test_file_read_past_the_limit(void **state)
{
	struct why why = { "" };
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_create(path, 0600, "12345", 5, NULL), 0);
	assert_int_equal(file_read(path, 4, &data, &len, &why), DP_ELIMIT);
	assert_non_null(strstr(why.text, "larger than 4 bytes"));
	assert_int_equal(file_read("/dev/zero", 100000, &data, &len, NULL), DP_ELIMIT);
}

static void test_file_read_refusals(void **state)
{
	struct why why = { "" };
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_read(path, 10, &data, &len, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(file_read(folder, 10, &data, &len, &why), DP_EIO);
	assert_non_null(strstr(why.text, folder));
}

static void test_file_read_empty(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_read("/dev/null", 10, &data, &len, NULL), 0);
	assert_int_equal(len, 0);
	assert_string_equal(data, "");
	free(data);
}

static void test_file_read_standard_input(void **state)
{
	int fd[2], kept = dup(0);
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "hello", 5), 5);
	close(fd[1]);
	dup2(fd[0], 0);
	close(fd[0]);
	assert_int_equal(file_read("-", 10, &data, &len, NULL), 0);
	dup2(kept, 0);
	close(kept);
	assert_string_equal(data, "hello");
	free(data);
}

static void test_file_replace_whatever_was_there(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_replace(path, 0600, "long before", 11, NULL), 0);
	assert_int_equal(file_replace(path, 0644, "now", 3, NULL), 0);
	assert_int_equal(file_read(path, 10, &data, &len, NULL), 0);
	assert_string_equal(data, "now");
	free(data);
	assert_int_equal(entries(), 1);
}

static void test_file_replace_leaves_what_is_no_file(void **state)
{
	struct why why = { "" };
	struct stat st;

	(void)state;
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(file_replace(path, 0644, "x", 1, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(file_replace(folder, 0644, "x", 1, NULL), DP_EINVAL);
	assert_int_equal(entries(), 1);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_file_create_then_read),
		IN_FOLDER(test_file_create_keeps_the_mode_whatever_the_umask),
		IN_FOLDER(test_file_create_never_overwrites),
		IN_FOLDER(test_file_create_leaves_a_dangling_link),
		IN_FOLDER(test_file_create_without_a_folder),
		IN_FOLDER(
			test_file_create_leaves_nothing_when_the_folder_cannot_be_synced),
		IN_FOLDER(test_file_replace_whatever_was_there),
		IN_FOLDER(test_file_replace_leaves_what_is_no_file),
		IN_FOLDER(test_file_read_past_the_limit),
		IN_FOLDER(test_file_read_refusals),
		cmocka_unit_test(test_file_read_empty),
		cmocka_unit_test(test_file_read_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
