/* SPDX-License-Identifier: BSD-2-Clause */
/* Two that make the same lineage at once: the second one's run comes whole between two
 * operations of the first. */
#include "setup/cert/lineage_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

#define TEXT_MAX 65536

static char folder[] = "/tmp/test_lineage_make.XXXXXX";

static const char *const files[] = { "www/lineage.conf", "www/state",
				     "www/keys/0001/ecdsa-p256/privkey.pem",
				     "www/keys/0002/ecdsa-p256/privkey.pem" };

#define FILES (sizeof(files) / sizeof(files[0]))

static int make(struct env *env, const char *domain, struct why *why)
{
	struct lineage_conf conf;
	struct lineage lineage;
	char text[200];
	int rc;

	(void)snprintf(text, sizeof(text), "domains = %s\nservices = https://%s\n",
		       domain, domain);
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_parse(&conf, text, NULL), 0);
	rc = lineage_make_new(env, ".", "www", &conf, NULL, 0, &lineage, why);
	if (rc == 0)
		lineage_close(&lineage);
	lineage_conf_clear(&conf);
	return rc;
}

static void read_all(char *text[FILES])
{
	struct why why;
	size_t i, len;

	for (i = 0; i < FILES; i++)
		if (file_read(files[i], TEXT_MAX, &text[i], &len, &why) < 0)
			fail_msg("%s", why.text);
}

/* Where the other one comes: before that operation, the count-th of the first. */
struct other {
	size_t count;
	bool locked; /* the first has the lock by then */
	bool made;   /* and its state is there: what is left is the copy of it */
	int rc;	     /* the other's */
	char *text[FILES];
};

static int let_other_in(void *arg, enum file_op op, const char *path)
{
	struct other *other = arg;
	struct env env;
	struct why why;

	(void)op;
	(void)path;
	if (!other->count || --other->count)
		return 0;
	other->locked = access("www/lock", F_OK) == 0;
	other->made = access("www/state", F_OK) == 0;
	env_init(&env);
	other->rc = make(&env, "other.example", &why);
	if (other->rc == 0)
		read_all(other->text);
	return 0;
}

static void test_lineage_make_new_keeps_what_another_made_meanwhile(void **state)
{
	struct other other = { 0 };
	char *now[FILES], template[] = "t.XXXXXX";
	size_t at, i, before = 0, during = 0;
	struct env env;
	struct why why;
	int rc;

	(void)state;
	for (at = 1; other.count == 0; at += at < 6 ? 1 : 9) {
		(void)memcpy(template, "t.XXXXXX", sizeof(template));
		assert_non_null(mkdtemp(template));
		assert_int_equal(chdir(template), 0);
		other = (struct other){ .count = at };
		env_init(&env);
		env.files.before = let_other_in;
		env.files.arg = &other;
		rc = make(&env, "first.example", &why);
		if (other.count == 0 && other.rc == 0) {
			before++;
			assert_false(other.locked);
			if (rc != DP_EEXIST || !strstr(why.text, "not overwritten"))
				fail_msg("operation %zu: %d", at, rc);
			read_all(now);
			for (i = 0; i < FILES; i++) {
				if (strcmp(now[i], other.text[i]) != 0)
					fail_msg("operation %zu: %s is another", at,
						 files[i]);
				free(now[i]);
				free(other.text[i]);
			}
		} else if (other.count == 0) {
			during++;
			assert_true(other.locked);
			assert_int_equal(other.rc, other.made ? DP_EEXIST : DP_EBUSY);
			if (rc < 0)
				fail_msg("operation %zu: %s", at, why.text);
		}
		assert_int_equal(chdir(".."), 0);
	}
	assert_true(before >= 3 && during >= 5);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[sizeof(folder) + 10];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lineage_make_new_keeps_what_another_made_meanwhile),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
