/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in folders that are the program's own, where an operation fails. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"

#define OTHER_GROUP 12345

static char folder[] = "/tmp/test_file_faults.XXXXXX";

static void make_file(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static const struct row {
	const char *name;
	mode_t before, after;
	bool regroup;
} rows[] = {
	{ "a group may read", 0600, 0640, false },
	{ "no group may read", 0640, 0600, false },
	{ "as it was", 0640, 0640, false },
	{ "others never", 0644, 0640, false },
	{ "another group", 0600, 0640, true },
	{ "another group for one that has it", 0640, 0640, true },
	{ "another group without its rights", 0640, 0600, true },
};

static void test_file_protect_gives_mode_and_group(void **state)
{
	struct file_access access;
	struct file_place ours = { .is_ours = true };
	struct why why;
	struct stat st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].regroup && geteuid() != 0)
			continue;
		make_file("file", rows[i].before);
		assert_int_equal(stat("file", &st), 0);
		access = (struct file_access){ .mode = rows[i].after,
					       .group = rows[i].regroup ? OTHER_GROUP
									: (gid_t)-1 };
		if (file_protect(&ours, "file", &access, &why) < 0)
			fail_msg("%s: %s", rows[i].name, why.text);
		access.group = rows[i].regroup ? OTHER_GROUP : st.st_gid;
		assert_int_equal(stat("file", &st), 0);
		if ((st.st_mode & 07777) != rows[i].after || st.st_gid != access.group)
			fail_msg("%s: %o", rows[i].name, (unsigned)st.st_mode);
		assert_int_equal(unlink("file"), 0);
	}
}

static int refuse(void *arg, enum file_op op, const char *path)
{
	(void)path;
	return op == *(enum file_op *)arg ? ENOSPC : 0;
}

static void test_file_protect_fails_and_changes_nothing(void **state)
{
	const struct file_access access = { .mode = 0640, .group = (gid_t)-1 };
	enum file_op op = FILE_PROTECT;
	struct file_place ours = { .is_ours = true };
	struct why why;
	struct stat st;

	(void)state;
	assert_int_equal(file_protect(&ours, "absent", &access, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "absent"));
	make_file("file", 0600);
	ours.before = refuse;
	ours.arg = &op;
	assert_int_equal(file_protect(&ours, "file", &access, &why), DP_EIO);
	assert_non_null(strstr(why.text, "file"));
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(unlink("file"), 0);
}

static bool holds(const char *path, const char *text)
{
	char buf[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd >= 0)
		(void)close(fd);
	return n >= 0 && !strcmp(buf, text);
}

/* Whole or as it was, whatever fails; and nothing is left beside it. */
static void test_file_replace_leaves_the_old_one_where_it_fails(void **state)
{
	static const enum file_op before_rename[] = { FILE_CREATE, FILE_WRITE, FILE_FSYNC,
						      FILE_RENAME };
	const struct file_access access = { .mode = 0640, .group = (gid_t)-1 };
	enum file_op op;
	struct file_place ours = { .is_ours = true };
	struct why why;
	struct stat st;
	size_t i;

	(void)state;
	assert_int_equal(file_replace(&ours, "file", &access, "old", 3, &why), 0);
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	ours.before = refuse;
	ours.arg = &op;
	for (i = 0; i < sizeof(before_rename) / sizeof(before_rename[0]); i++) {
		op = before_rename[i];
		assert_int_equal(file_replace(&ours, "file", &access, "new", 3, &why),
				 DP_EIO);
		assert_true(holds("file", "old"));
		assert_int_equal(stat("file.tmp", &st), -1);
	}
	ours.before = NULL;
	assert_int_equal(file_replace(&ours, "file", &access, "new", 3, &why), 0);
	assert_true(holds("file", "new"));
	assert_int_equal(unlink("file"), 0);
}

static void test_file_create_replaces_nothing(void **state)
{
	const struct file_access access = { .mode = 0600, .group = (gid_t)-1 };
	struct file_place ours = { .is_ours = true };
	struct why why;
	struct stat st;

	(void)state;
	assert_int_equal(file_create(&ours, "file", &access, "old", 3, &why), 0);
	assert_int_equal(file_create(&ours, "file", &access, "new", 3, &why), DP_EEXIST);
	assert_true(holds("file", "old"));
	assert_int_equal(stat("file.tmp", &st), -1);
	assert_int_equal(unlink("file"), 0);
}

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_protect_gives_mode_and_group),
		cmocka_unit_test(test_file_protect_fails_and_changes_nothing),
		cmocka_unit_test(test_file_replace_leaves_the_old_one_where_it_fails),
		cmocka_unit_test(test_file_create_replaces_nothing),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
