/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
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
#define SECRET "one line of a private key"
#define SECRET_LEN 40000 /* more than one read, and more than one growth */
#define STACK_SIZE (1 << 18)

static char folder[] = "/tmp/test_file.XXXXXX";
static char path[sizeof(folder) + 8];

/* The linker puts these before the C library's: what goes back to the heap is looked at.
 */
void __real_free(void *data);
void __wrap_free(void *data);
void *__real_realloc(void *data, size_t size);
void *__wrap_realloc(void *data, size_t size);

static bool watching;
static int left_behind; /* blocks with SECRET in them that were given back */

static bool has_secret(const void *data, size_t len)
{
	const char *p = data;
	size_t i;

	for (i = 0; i + sizeof(SECRET) <= len + 1; i++)
		if (!memcmp(p + i, SECRET, sizeof(SECRET) - 1))
			return true;
	return false;
}

static void look(void *data)
{
	if (watching && data && has_secret(data, malloc_usable_size(data)))
		left_behind++;
}

void __wrap_free(void *data)
{
	look(data);
	__real_free(data);
}

void *__wrap_realloc(void *data, size_t size)
{
	look(data); /* it may be moved, and what was there stays */
	return __real_realloc(data, size);
}

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
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0600), "a\0b", 3, NULL), 0);
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
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0644), "", 0, NULL), 0);
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
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0600), "first", 5, NULL), 0);
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0600), "second", 6, &why),
			 DP_EEXIST);
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
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0600), "x", 1, NULL),
			 DP_EEXIST);
	assert_int_equal(entries(), 1);
}

static void test_file_create_without_a_folder(void **state)
{
	struct why why = { "" };
	char *name = mem_printf("%s/no/f", folder);

	(void)state;
	assert_int_equal(file_create(NULL, name, FILE_ACCESS(0600), "x", 1, &why),
			 DP_ENOENT);
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
	rc = file_create(NULL, path, FILE_ACCESS(0600), "x", 1, NULL);
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
	assert_int_equal(file_create(NULL, path, FILE_ACCESS(0600), "12345", 5, NULL), 0);
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

static char *secret_text(void)
{
	char *text = mem_zero(SECRET_LEN + 1);
	size_t i;

	for (i = 0; i < SECRET_LEN; i++)
		text[i] = SECRET[i % (sizeof(SECRET) - 1)];
	return text;
}

struct reading {
	size_t max;
	char *data;
	size_t len;
	int rc;
};

static void *read_it(void *arg)
{
	struct reading *r = arg;

	watching = true;
	r->rc = file_read(path, r->max, &r->data, &r->len, NULL);
	watching = false;
	return NULL;
}

/* On a stack that can be looked at afterwards. */
static void check_no_copy(size_t max, int wanted)
{
	struct reading r = { .max = max };
	char *stack = mem_zero(STACK_SIZE);
	pthread_attr_t attr;
	pthread_t thread;

	left_behind = 0;
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attr, read_it, &r), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attr);
	assert_int_equal(r.rc, wanted);
	assert_int_equal(left_behind, 0);
	assert_false(has_secret(stack, STACK_SIZE));
	if (wanted == 0)
		assert_int_equal(r.len, SECRET_LEN);
	free(r.data);
	free(stack);
}

/* It may be a key: the caller wipes the one that it gets, and can't know of others. */
static void test_file_read_leaves_no_copy(void **state)
{
	char *text = secret_text();

	(void)state;
	assert_int_equal(
		file_create(NULL, path, FILE_ACCESS(0600), text, SECRET_LEN, NULL), 0);
	free(text);
	check_no_copy(SECRET_LEN, 0);
	check_no_copy(1 << 20, 0);
	check_no_copy(SECRET_LEN - 1, DP_ELIMIT);
	check_no_copy(100, DP_ELIMIT);
}

static void test_file_replace_whatever_was_there(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(
		file_replace(NULL, path, FILE_ACCESS(0600), "long before", 11, NULL), 0);
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(0644), "now", 3, NULL), 0);
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
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(0644), "x", 1, &why),
			 DP_EINVAL);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(file_replace(NULL, folder, FILE_ACCESS(0644), "x", 1, NULL),
			 DP_EINVAL);
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
		IN_FOLDER(test_file_read_leaves_no_copy),
		IN_FOLDER(test_file_replace_whatever_was_there),
		IN_FOLDER(test_file_replace_leaves_what_is_no_file),
		IN_FOLDER(test_file_read_past_the_limit),
		IN_FOLDER(test_file_read_refusals),
		cmocka_unit_test(test_file_read_empty),
		cmocka_unit_test(test_file_read_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
