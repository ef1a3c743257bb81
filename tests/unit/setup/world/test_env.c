/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/env.h"

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

static char folder[] = "/tmp/test_env.XXXXXX";

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

static void test_env_protect_gives_mode_and_group(void **state)
{
	struct env_access access;
	struct env env;
	struct why why;
	struct stat st;
	size_t i;

	(void)state;
	env_init(&env);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].regroup && geteuid() != 0)
			continue;
		make_file("file", rows[i].before);
		assert_int_equal(stat("file", &st), 0);
		access = (struct env_access){ .mode = rows[i].after,
					      .group = rows[i].regroup ? OTHER_GROUP
								       : (gid_t)-1 };
		if (env_protect(&env, "file", &access, &why) < 0)
			fail_msg("%s: %s", rows[i].name, why.text);
		access.group = rows[i].regroup ? OTHER_GROUP : st.st_gid;
		assert_int_equal(stat("file", &st), 0);
		if ((st.st_mode & 07777) != rows[i].after || st.st_gid != access.group)
			fail_msg("%s: %o", rows[i].name, (unsigned)st.st_mode);
		assert_int_equal(unlink("file"), 0);
	}
}

static int refuse(void *arg, enum env_op op, const char *path)
{
	(void)path;
	return op == *(enum env_op *)arg ? ENOSPC : 0;
}

static void test_env_protect_fails_and_changes_nothing(void **state)
{
	const struct env_access access = { .mode = 0640, .group = (gid_t)-1 };
	enum env_op op = ENV_PROTECT;
	struct env env;
	struct why why;
	struct stat st;

	(void)state;
	env_init(&env);
	assert_int_equal(env_protect(&env, "absent", &access, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "absent"));
	make_file("file", 0600);
	env.before = refuse;
	env.arg = &op;
	assert_int_equal(env_protect(&env, "file", &access, &why), DP_EIO);
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
static void test_env_replace_leaves_the_old_one_where_it_fails(void **state)
{
	static const enum env_op before_rename[] = { ENV_CREATE, ENV_WRITE, ENV_FSYNC,
						     ENV_RENAME };
	const struct env_access access = { .mode = 0640, .group = (gid_t)-1 };
	enum env_op op;
	struct env env;
	struct why why;
	struct stat st;
	size_t i;

	(void)state;
	env_init(&env);
	assert_int_equal(env_replace(&env, "file", &access, "old", 3, &why), 0);
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	env.before = refuse;
	env.arg = &op;
	for (i = 0; i < sizeof(before_rename) / sizeof(before_rename[0]); i++) {
		op = before_rename[i];
		assert_int_equal(env_replace(&env, "file", &access, "new", 3, &why),
				 DP_EIO);
		assert_true(holds("file", "old"));
		assert_int_equal(stat("file.tmp", &st), -1);
	}
	env.before = NULL;
	assert_int_equal(env_replace(&env, "file", &access, "new", 3, &why), 0);
	assert_true(holds("file", "new"));
	assert_int_equal(unlink("file"), 0);
}

static void test_env_create_replaces_nothing(void **state)
{
	const struct env_access access = { .mode = 0600, .group = (gid_t)-1 };
	struct env env;
	struct why why;
	struct stat st;

	(void)state;
	env_init(&env);
	assert_int_equal(env_create(&env, "file", &access, "old", 3, &why), 0);
	assert_int_equal(env_create(&env, "file", &access, "new", 3, &why), DP_EEXIST);
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
		cmocka_unit_test(test_env_protect_gives_mode_and_group),
		cmocka_unit_test(test_env_protect_fails_and_changes_nothing),
		cmocka_unit_test(test_env_replace_leaves_the_old_one_where_it_fails),
		cmocka_unit_test(test_env_create_replaces_nothing),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
