/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/outlook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dane/match.h"
#include "dane/tlsa.h"

static const struct row {
	const char *name;
	uint8_t usage, selector;
	enum match_code code;
	enum predict_key key;
	enum outlook want;
} rows[] = {
	{ "its key, kept", 3, 1, MATCH_OK, PREDICT_SAME_KEY, OUTLOOK_STAYS },
	{ "its key, not kept", 3, 1, MATCH_OK, PREDICT_NEW_KEY, OUTLOOK_BREAKS },
	{ "its key, either", 3, 1, MATCH_OK, PREDICT_EITHER, OUTLOOK_EITHER },
	{ "its certificate", 3, 0, MATCH_OK, PREDICT_SAME_KEY, OUTLOOK_BREAKS },
	{ "PKIX-EE: its key", 1, 1, MATCH_OK, PREDICT_SAME_KEY, OUTLOOK_STAYS },
	{ "PKIX-EE without a CA here", 1, 1, MATCH_PKIX, PREDICT_NEW_KEY,
	  OUTLOOK_BREAKS },
	{ "its issuer", 2, 1, MATCH_OK, PREDICT_SAME_KEY, OUTLOOK_ISSUER },
	{ "its issuer, a new key", 2, 0, MATCH_OK, PREDICT_NEW_KEY, OUTLOOK_ISSUER },
	{ "PKIX-TA: its issuer", 0, 0, MATCH_OK, PREDICT_NEW_KEY, OUTLOOK_ISSUER },
	{ "the name doesn't fit", 3, 1, MATCH_NAME, PREDICT_NEW_KEY, OUTLOOK_BREAKS },
	{ "expired", 2, 1, MATCH_EXPIRED, PREDICT_SAME_KEY, OUTLOOK_ISSUER },
	{ "of another", 3, 1, MATCH_MISMATCH, PREDICT_NEW_KEY, OUTLOOK_OTHER },
	{ "of another, kept", 3, 1, MATCH_MISMATCH, PREDICT_SAME_KEY, OUTLOOK_OTHER },
	{ "unusable", 3, 9, MATCH_UNUSABLE, PREDICT_SAME_KEY, OUTLOOK_OTHER },
};

static void test_outlook_record_follows_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct tlsa rr = { .usage = r->usage,
				   .selector = r->selector,
				   .mtype = 1 };
		struct match_record match = { .code = r->code,
					      .usable = r->code != MATCH_UNUSABLE };

		if (outlook_record(&rr, &match, r->key) != r->want)
			fail_msg("%s", r->name);
	}
}

/* Clients that know the stronger digest don't look at this one. */
static void test_outlook_record_superseded_is_of_no_use(void **state)
{
	struct tlsa rr = { .usage = 3, .selector = 1, .mtype = 1 };
	struct match_record match = { .code = MATCH_OK, .usable = true };

	(void)state;
	assert_int_equal(outlook_record(&rr, &match, PREDICT_SAME_KEY), OUTLOOK_STAYS);
	match.superseded = true;
	assert_int_equal(outlook_record(&rr, &match, PREDICT_SAME_KEY), OUTLOOK_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outlook_record_follows_the_table),
		cmocka_unit_test(test_outlook_record_superseded_is_of_no_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
