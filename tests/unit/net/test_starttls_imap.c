/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define CAPABILITY SAYS("a1 CAPABILITY\r\n")
#define STARTTLS SAYS("a2 STARTTLS\r\n")
#define LOGOUT SAYS("a9 LOGOUT\r\n")
#define BARE                                                                             \
	{                                                                                \
		SAYS("* OK ready\r\n"), CAPABILITY                                       \
	}
#define OFFER                                                                            \
	{                                                                                \
		SAYS("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"), STARTTLS         \
	}

static const struct dialogue imap[] = {
	{ "Dovecot",
	  { { SAYS("* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE "
		   "LITERAL+ STARTTLS LOGINDISABLED] Dovecot (Debian) ready.\r\n"),
	      STARTTLS },
	    { .server = SAYS("a2 OK Begin TLS negotiation now.\r\n") } },
	  .status = STARTTLS_GO },
	{ "capabilities on demand",
	  { { SAYS("* OK mx.example.org Cyrus IMAP ready\r\n"), CAPABILITY },
	    { SAYS("* CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE STARTTLS\r\n"
		   "a1 OK Completed\r\n"),
	      STARTTLS },
	    { .server = SAYS("a2 OK Begin TLS negotiation now\r\n") } },
	  .status = STARTTLS_GO },
	{ "the greeting's list is short",
	  { { SAYS("* OK [CAPABILITY IMAP4rev1 ID] ready\r\n"), CAPABILITY },
	    { SAYS("* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n"), STARTTLS },
	    { .server = SAYS("a2 OK now\r\n") } },
	  .status = STARTTLS_GO },
	{ "any case, untagged lines in between",
	  { { SAYS("* ok hello\r\n* STATUS x\r\n"), CAPABILITY },
	    { SAYS("* OK still here\r\n* capability imap4rev1 StartTLS\r\nA1 ok\r\n"),
	      STARTTLS },
	    { .server = SAYS("* OK soon\r\na2 ok\r\n") } },
	  .status = STARTTLS_GO },
	{ "no STARTTLS",
	  { BARE,
	    { SAYS("* CAPABILITY IMAP4rev1 AUTH=PLAIN XSTARTTLS\r\na1 OK\r\n"),
	      LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STARTTLS", "IMAP4rev1 AUTH=PLAIN XSTARTTLS" } },
	{ "tabs between the words",
	  { { SAYS("* OK [CAPABILITY IMAP4rev1\tID\t] hello\r\n"), CAPABILITY },
	    { SAYS("* CAPABILITY IMAP4rev1 \t STARTTLS \t\r\na1\tOK\r\n"), STARTTLS },
	    { .server = SAYS("a2\tOK\r\n") } },
	  .status = STARTTLS_GO },
	{ "no list",
	  { BARE, { SAYS("a1 OK done\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "nor any other" } },
	{ "a list that isn't closed",
	  { { SAYS("* OK [CAPABILITY STARTTLS hello\r\n"), CAPABILITY },
	    { SAYS("a1 OK\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "CAPABILITY refused",
	  { BARE, { SAYS("a1 BAD what?\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "a1 BAD what?", "list of capabilities" } },
	{ "STARTTLS refused",
	  { OFFER, { SAYS("a2 NO [ALERT] TLS is broken\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "a2 NO [ALERT] TLS is broken" } },
	{ "STARTTLS unknown",
	  { OFFER, { SAYS("a2 BAD Unknown command\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "PREAUTH",
	  { { SAYS("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] Logged in as x\r\n"),
	      LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "rules STARTTLS out", "Logged in as x" } },
	{ "PREAUTH later",
	  { OFFER, { SAYS("* PREAUTH hello\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "BYE for a greeting",
	  { { SAYS("* BYE Too many connections\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "* BYE Too many connections" } },
	{ "BYE later",
	  { OFFER, { SAYS("* BYE Internal error\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "a go-ahead ahead of its command",
	  { { .server = SAYS("* OK [CAPABILITY STARTTLS]\r\na2 OK now\r\n"),
	      .client = STARTTLS } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "the wrong tag",
	  { BARE, { .server = SAYS("a2 OK\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a continuation",
	  { OFFER, { .server = SAYS("+ go on\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a reply of no kind",
	  { OFFER, { .server = SAYS("a2 YES\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a greeting of no kind",
	  { { .server = SAYS("* HELLO\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "POP3",
	  { { .server = SAYS("+OK ready\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "+OK ready" } },
	{ "silent",
	  { { .server = SAYS("") } },
	  .closed = STARTTLS_BROKEN,
	  .why = { "greeting" } },
	{ "closed at STARTTLS",
	  { OFFER },
	  .closed = STARTTLS_BROKEN,
	  .why = { "go-ahead for STARTTLS" } },
};

static void test_starttls_imap_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_IMAP, imap, sizeof(imap) / sizeof(imap[0]));
	dialogue_play_garbage(SERVICE_IMAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_imap_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
