/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define CAPA SAYS("CAPA\r\n")
#define STLS SAYS("STLS\r\n")
#define QUIT SAYS("QUIT\r\n")
#define GREETING                                                                         \
	{                                                                                \
		SAYS("+OK ready\r\n"), CAPA                                              \
	}
#define OFFER                                                                            \
	{                                                                                \
		SAYS("+OK\r\nTOP\r\nSTLS\r\n.\r\n"), STLS                                \
	}

static const struct dialogue pop3[] = {
	{ "Dovecot",
	  { { SAYS("+OK Dovecot (Debian) ready.\r\n"), CAPA },
	    { SAYS("+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\n"
		   "AUTH-RESP-CODE\r\nSTLS\r\nSASL\r\n.\r\n"),
	      STLS },
	    { .server = SAYS("+OK Begin TLS negotiation now.\r\n") } },
	  .status = STARTTLS_GO },
	{ "no CAPA",
	  { GREETING,
	    { SAYS("-ERR unknown command\r\n"), STLS },
	    { .server = SAYS("+OK\r\n") } },
	  .status = STARTTLS_GO },
	{ "no CAPA and no STLS",
	  { GREETING,
	    { SAYS("-ERR unknown command\r\n"), STLS },
	    { SAYS("-ERR unknown command STLS\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "-ERR unknown command STLS" } },
	{ "no STLS",
	  { GREETING, { SAYS("+OK\r\nTOP\r\nSTLSX\r\nSASL PLAIN\r\n.\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STLS", "\"TOP STLSX SASL\"" } },
	{ "an empty list",
	  { GREETING, { SAYS("+OK\r\n.\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED },
	{ "turned away",
	  { { SAYS("-ERR [SYS/TEMP] try again\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "-ERR [SYS/TEMP] try again" } },
	{ "STLS refused",
	  { GREETING, OFFER, { SAYS("-ERR no certificate\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "-ERR no certificate" } },
	{ "IMAP", { { .server = SAYS("* OK ready\r\n") } }, .status = STARTTLS_BROKEN },
	{ "+OKAY", { { .server = SAYS("+OKAY\r\n") } }, .status = STARTTLS_BROKEN },
	{ "CAPA answered by nothing known",
	  { GREETING, { .server = SAYS("hello\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "STLS answered by nothing known",
	  { GREETING, OFFER, { .server = SAYS("hello\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a go-ahead ahead of its command",
	  { GREETING, { SAYS("+OK\r\nSTLS\r\n.\r\n+OK go\r\n"), STLS } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "silent", { { .server = SAYS("") } }, .closed = STARTTLS_BROKEN },
	{ "closed in the list",
	  { GREETING, { .server = SAYS("+OK\r\nSTLS\r\n") } },
	  .closed = STARTTLS_BROKEN },
};

static void test_starttls_pop3_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_POP3, pop3, sizeof(pop3) / sizeof(pop3[0]));
	dialogue_play_garbage(SERVICE_POP3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_pop3_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
