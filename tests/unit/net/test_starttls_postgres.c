/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define REQUEST                                                                          \
	{                                                                                \
		SAYS(""), SAYS("\0\0\0\010\004\322\026\057")                             \
	}

static const struct dialogue postgres[] = {
	{ "PostgreSQL", { REQUEST, { .server = SAYS("S") } }, .status = STARTTLS_GO },
	{ "ssl = off",
	  { REQUEST, { .server = SAYS("N") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "no TLS" } },
	{ "an error",
	  { REQUEST,
	    { .server = SAYS("E\0\0\0\045SFATAL\0C53300\0Mtoo many clients\0\0") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"too many clients\"" } },
	{ "an error without a message",
	  { REQUEST, { .server = SAYS("E\0\0\0\014SFATAL\0\0") } },
	  .status = STARTTLS_REFUSED },
	{ "an error without a final NUL",
	  { REQUEST, { .server = SAYS("E\0\0\0\010Mabc") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"abc\"" } },
	{ "an empty error",
	  { REQUEST, { .server = SAYS("E\0\0\0\4") } },
	  .status = STARTTLS_REFUSED },
	{ "an error from before protocol 3",
	  { REQUEST,
	    { .server =
		      SAYS("Ecould not fork new process for connection: Cannot allocate "
			   "memory\n\0") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "could not fork new process" } },
	{ "an error shorter than its length",
	  { REQUEST, { .server = SAYS("E\0\0\0\3") } },
	  .status = STARTTLS_BROKEN },
	{ "an error beyond bounds",
	  { REQUEST, { .server = SAYS("E\0\377\0\3") } },
	  .status = STARTTLS_BROKEN },
	{ "another letter",
	  { REQUEST, { .server = SAYS("R") } },
	  .status = STARTTLS_BROKEN },
	{ "a lower-case letter",
	  { REQUEST, { .server = SAYS("s") } },
	  .status = STARTTLS_BROKEN },
	{ "closed amid an error",
	  { REQUEST, { .server = SAYS("E\0\0\0\045SFATAL") } },
	  .closed = STARTTLS_BROKEN },
	{ "closed amid an old error",
	  { REQUEST, { .server = SAYS("Ecould not") } },
	  .closed = STARTTLS_BROKEN },
	{ "silent", { REQUEST }, .closed = STARTTLS_BROKEN, .why = { "SSLRequest" } },
};

static void test_starttls_postgres_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_POSTGRES, postgres,
			  sizeof(postgres) / sizeof(postgres[0]));
	dialogue_play_garbage(SERVICE_POSTGRES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_postgres_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
