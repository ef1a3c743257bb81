/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define REQUEST                                                                          \
	SAYS("\040\0\0\001\001\212\0\0\0\0\0\001\041"                                    \
	     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")

static const struct dialogue mysql[] = {
	{ "MariaDB",
	  { { SAYS("d\0\0\0\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\004\0\0\0s\"I)0T7W\0"
		   "\376\377\010\002\0\377\201\025\0\0\0\0\0\0\035\0\0\0"
		   "0)yLN\"^3\"NCE\0mysql_native_password\0"),
	      REQUEST } },
	  .status = STARTTLS_GO },
	{ "half of the capabilities",
	  { { .server = SAYS("\023\0\0\0\n8.0\0\1\0\0\0abcdefgh\0\0") } },
	  .status = STARTTLS_BROKEN },
	{ "the shortest",
	  { { SAYS("\024\0\0\0\n8.0\0\1\0\0\0abcdefgh\0\0\012"), REQUEST } },
	  .status = STARTTLS_GO },
	{ "no TLS",
	  { { .server = SAYS("\024\0\0\0\n8.0\0\1\0\0\0abcdefgh\0\0\002") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"8.0\" does not offer TLS" } },
	{ "TLS, but not protocol 4.1",
	  { { .server = SAYS("\024\0\0\0\n8.0\0\1\0\0\0abcdefgh\0\0\010") } },
	  .status = STARTTLS_REFUSED },
	{ "blocked",
	  { { .server = SAYS("\041\0\0\0\377\151\4Host 'probe' is blocked; flush") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "error 1129", "\"Host 'probe' is blocked; flush\"" } },
	{ "too many, with a state",
	  { { .server = SAYS("\035\0\0\0\377\020\004#08004Too many connections") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "error 1040 \"Too many connections\"" } },
	{ "an error without text",
	  { { .server = SAYS("\3\0\0\0\377\151\4") } },
	  .status = STARTTLS_REFUSED },
	{ "an error without a number",
	  { { .server = SAYS("\2\0\0\0\377\151") } },
	  .status = STARTTLS_BROKEN },
	{ "protocol 9",
	  { { .server = SAYS("\024\0\0\0\0118.0\0\1\0\0\0abcdefgh\0\0\012") } },
	  .status = STARTTLS_BROKEN },
	{ "a version without an end",
	  { { .server = SAYS("\010\0\0\0\n8.0.abc") } },
	  .status = STARTTLS_BROKEN },
	{ "an empty packet",
	  { { .server = SAYS("\0\0\0\0") } },
	  .status = STARTTLS_BROKEN },
	{ "one octet", { { .server = SAYS("\1\0\0\0\n") } }, .status = STARTTLS_BROKEN },
	{ "a packet out of sequence",
	  { { .server = SAYS("\024\0\0\1") } },
	  .status = STARTTLS_BROKEN },
	{ "a packet beyond bounds",
	  { { .server = SAYS("\0\0\2\0") } },
	  .status = STARTTLS_BROKEN },
	{ "silent",
	  { { .server = SAYS("") } },
	  .closed = STARTTLS_BROKEN,
	  .why = { "handshake packet" } },
};

static void test_starttls_mysql_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_MYSQL, mysql, sizeof(mysql) / sizeof(mysql[0]));
	dialogue_play_garbage(SERVICE_MYSQL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_mysql_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
