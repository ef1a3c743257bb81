/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/ca_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../dane/pki.h"
#include "base/log.h"
#include "base/why.h"

static char file[] = "/tmp/test_ca_bundle.XXXXXX";

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(file));
}

static int remove_file(void **state)
{
	(void)state;
	pki_free_all();
	return unlink(file);
}

static size_t count_in(const char *text)
{
	struct ca_bundle *b = NULL;
	FILE *f = fopen(file, "w");
	const struct trust *trust;
	size_t count;

	fputs(text, f);
	fclose(f);
	assert_int_equal(ca_bundle_new(file, &b, NULL), 0);
	trust = ca_bundle_trust(b);
	assert_ptr_equal(trust, ca_bundle_trust(b));
	count = trust->count;
	ca_bundle_free(b);
	return count;
}

static void test_ca_bundle_of_a_file(void **state)
{
	char *pem = pki_pem("root sub");

	(void)state;
	log_set_level(-1);
	assert_int_equal(count_in(pem), 2);
	assert_int_equal(count_in(""), 0);
	assert_int_equal(count_in("no certificate here\n"), 0);
	free(pem);
}

static void test_ca_bundle_absent_is_empty_and_unreadable_is_an_error(void **state)
{
	struct ca_bundle *b = NULL;
	struct why why = { "" };

	(void)state;
	assert_int_equal(ca_bundle_new("/nonexistent/bundle", &b, NULL), 0);
	assert_int_equal(ca_bundle_trust(b)->count, 0);
	ca_bundle_free(b);
	assert_int_equal(ca_bundle_new("/tmp", &b, &why), DP_EIO);
	assert_non_null(strstr(why.text, "/tmp"));
	ca_bundle_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ca_bundle_of_a_file),
		cmocka_unit_test(
			test_ca_bundle_absent_is_empty_and_unreadable_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
