/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"

/* A name's case is never changed, whatever it is the name of. */
static void test_phrase_sentence_keeps_the_case_of_names(void **state)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{ "exa: the host does not exist", "exa: the host does not exist." },
		{ "exa is unsigned", "exa is unsigned." },
		{ "mail is unsigned", "mail is unsigned." },
		{ "example.com is unsigned", "example.com is unsigned." },
		{ "http:// has no TLS: use https://",
		  "http:// has no TLS: use https://." },
		{ "_443._tcp.exa is not there", "_443._tcp.exa is not there." },
		{ "the host exa is not there", "The host exa is not there." },
		{ "1 of 2 addresses match", "1 of 2 addresses match." },
		{ "is it so?", "Is it so?" },
	};
	struct facts_target *t = facts_target_new();
	char *sentence;
	size_t i;

	(void)state;
	t->target = mem_text("mail");
	facts_add_endpoint(t)->host = mem_text("exa");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sentence = phrase_sentence(mem_text(rows[i].text), t);
		assert_string_equal(sentence, rows[i].sentence);
		free(sentence);
	}
	assert_null(phrase_sentence(NULL, t));
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phrase_sentence_keeps_the_case_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
