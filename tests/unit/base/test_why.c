/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONG 5000

/* 'aaa...': far longer than a sentence may be */
static const char *long_text(void)
{
	static char text[LONG + 1];

	memset(text, 'a', LONG);
	return text;
}

static int ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

static void test_why_set_keeps_both_ends_of_a_long_sentence(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(
		why_set(&why, DP_EINVAL, "'%s' is no target: give HOST", long_text()),
		DP_EINVAL);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	assert_memory_equal(why.text, "'aaa", 4);
	assert_non_null(strstr(why.text, "a...a"));
	assert_true(ends_with(why.text, "aaa' is no target: give HOST"));
}

static void test_why_set_takes_what_fits_as_it_is(void **state)
{
	struct why why;
	char text[sizeof(why.text)];

	(void)state;
	memset(text, 'b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)why_set(&why, DP_EINVAL, "%s", text);
	assert_string_equal(why.text, text);
}

static void test_why_set_leaves_characters_whole(void **state)
{
	struct why why;
	char text[3 * 400 + 1];
	size_t i;

	(void)state;
	for (i = 0; i < 400; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 3);
	text[sizeof(text) - 1] = '\0';
	(void)why_set(&why, DP_EINVAL, "%s", text);
	for (i = 0; !strncmp(why.text + i, "\xe2\x82\xac", 3); i += 3)
		;
	assert_memory_equal(why.text + i, "...", 3);
	for (i += 3; why.text[i]; i += 3)
		assert_memory_equal(why.text + i, "\xe2\x82\xac", 3);
}

static void test_why_set_may_use_its_own_text(void **state)
{
	struct why why;

	(void)state;
	(void)why_set(&why, DP_EINVAL, "no number");
	(void)why_set(&why, DP_EINVAL, "--port: %s", why.text);
	assert_string_equal(why.text, "--port: no number");
}

static void test_why_errno_tells_the_cause_of_a_long_sentence(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_errno(&why, ENOENT, "can't read %s", long_text()),
			 DP_ENOENT);
	assert_memory_equal(why.text, "can't read aaa", 14);
	assert_true(ends_with(why.text, strerror(ENOENT)));
	assert_int_equal(why_errno(NULL, EEXIST, "can't write"), DP_EEXIST);
	assert_int_equal(why_errno(NULL, EACCES, "can't write"), DP_EIO);
}

static void test_why_gnutls_tells_the_cause_of_a_long_sentence(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_gnutls(&why, GNUTLS_E_ASN1_DER_ERROR, "in %s", long_text()),
			 DP_ECRYPTO);
	assert_true(ends_with(why.text, gnutls_strerror(GNUTLS_E_ASN1_DER_ERROR)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why_set_keeps_both_ends_of_a_long_sentence),
		cmocka_unit_test(test_why_set_takes_what_fits_as_it_is),
		cmocka_unit_test(test_why_set_leaves_characters_whole),
		cmocka_unit_test(test_why_set_may_use_its_own_text),
		cmocka_unit_test(test_why_errno_tells_the_cause_of_a_long_sentence),
		cmocka_unit_test(test_why_gnutls_tells_the_cause_of_a_long_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
