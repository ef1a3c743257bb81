/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/api_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static void test_signature_sha1_vector(void **state)
{
	char *hex = NULL;

	(void)state;
	assert_int_equal(api_signature_sha1("abc", &hex, NULL), 0);
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
	free(hex);
}

/* That openssl takes the signature is in tests/flow/publish-provider.sh. */
static void test_signature_jwt_refuses(void **state)
{
	const struct api_signature_claims claims = { "a", "b", "c", 1, 2 };
	char text[] = "no key", *token = NULL;
	struct why why;

	(void)state;
	assert_int_equal(api_signature_jwt(&claims, text, &token, &why), DP_ECRYPTO);
	assert_null(token);
	assert_non_null(strstr(why.text, "private_key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature_sha1_vector),
		cmocka_unit_test(test_signature_jwt_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
