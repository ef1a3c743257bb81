/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/lineage_make.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/key.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

#define KEY "l/www/keys/0001/ecdsa-p256/privkey.pem"

static char folder[] = "/tmp/test_lineage_make.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	char *command = mem_printf("rm -r %s", folder);
	int rc = chdir("/") == 0 ? system(command) : -1;

	(void)state;
	free(command);
	return rc;
}

/* The disk is full when all but the state is there. */
static int fail_at_state(void *arg, enum file_op op, const char *path)
{
	(void)arg;
	(void)op;
	return strstr(path, "/state") ? ENOSPC : 0;
}

static int make(bool whole, const struct key *adopted, struct why *why)
{
	const struct lineage_make_adoption adoption = { adopted, NULL };
	struct lineage_conf conf;
	struct lineage l;
	struct env env;
	int rc;

	env_init(&env);
	if (!whole)
		env.files.before = fail_at_state;
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_set(&conf, "domains = www.example.com", why), 0);
	assert_int_equal(
		lineage_conf_set(&conf, "services = https://www.example.com", why), 0);
	assert_int_equal(lineage_conf_set(&conf, "key_types = ecdsa-p256", why), 0);
	rc = lineage_make_new(&env, "l", "www", &conf, &adoption, adopted != NULL, &l,
			      why);
	if (rc == 0)
		lineage_close(&l);
	lineage_conf_clear(&conf);
	return rc;
}

static char *read_key(void)
{
	char *text = NULL;
	size_t len;

	assert_int_equal(file_read(KEY, 65536, &text, &len, NULL), 0);
	return text;
}

/* Its records would be published, and the server has the other one. */
static void test_lineage_make_new_adopts_no_second_key(void **state)
{
	struct key *adopted = NULL;
	struct why why = { "" };
	char *before, *after;

	(void)state;
	assert_int_equal(key_generate(KEY_ECDSA_P256, &adopted, &why), 0);
	assert_int_equal(make(false, NULL, &why), DP_EIO);
	before = read_key();
	assert_int_equal(make(true, adopted, &why), DP_EEXIST);
	assert_non_null(strstr(why.text, KEY));
	assert_non_null(strstr(why.text, "--adopt"));
	after = read_key();
	assert_string_equal(after, before);
	assert_int_equal(access("l/www/state", F_OK), -1);
	assert_int_equal(make(true, NULL, &why), 0);
	key_free(adopted);
	free(before);
	free(after);
}

static void test_lineage_make_new_goes_on_with_the_adopted_key(void **state)
{
	struct key *adopted = NULL;
	struct why why = { "" };
	char *before, *after;

	(void)state;
	assert_int_equal(key_generate(KEY_ECDSA_P256, &adopted, &why), 0);
	assert_int_equal(make(false, adopted, &why), DP_EIO);
	before = read_key();
	if (make(true, adopted, &why) < 0)
		fail_msg("%s", why.text);
	after = read_key();
	assert_string_equal(after, before);
	key_free(adopted);
	free(before);
	free(after);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_lineage_make_new_adopts_no_second_key),
		IN_FOLDER(test_lineage_make_new_goes_on_with_the_adopted_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
