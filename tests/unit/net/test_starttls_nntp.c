/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define CAPABILITIES SAYS("CAPABILITIES\r\n")
#define STARTTLS SAYS("STARTTLS\r\n")
#define QUIT SAYS("QUIT\r\n")
#define GREETING                                                                         \
	{                                                                                \
		SAYS("200 news.example.org ready\r\n"), CAPABILITIES                     \
	}
#define OFFER                                                                            \
	{                                                                                \
		SAYS("101 list:\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"), STARTTLS            \
	}

static const struct dialogue nntp[] = {
	{ "INN",
	  { { SAYS("200 news.example.org InterNetNews NNRP server INN 2.7.1 ready "
		   "(posting ok)\r\n"),
	      CAPABILITIES },
	    { SAYS("101 Capability list:\r\nVERSION 2\r\nIMPLEMENTATION INN 2.7.1\r\n"
		   "AUTHINFO\r\nHDR\r\nLIST ACTIVE ACTIVE.TIMES\r\nMODE-READER\r\n"
		   "NEWNEWS\r\nOVER\r\nPOST\r\nREADER\r\nSTARTTLS\r\n.\r\n"),
	      STARTTLS },
	    { .server = SAYS("382 Begin TLS negotiation now\r\n") } },
	  .status = STARTTLS_GO },
	{ "no CAPABILITIES, and 201",
	  { { SAYS("201 no posting\r\n"), CAPABILITIES },
	    { SAYS("500 What?\r\n"), STARTTLS },
	    { .server = SAYS("382 go\r\n") } },
	  .status = STARTTLS_GO },
	{ "no STARTTLS",
	  { GREETING, { SAYS("101 list\r\nVERSION 2\r\nREADER\r\n.\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STARTTLS", "\"VERSION READER\"" } },
	{ "STARTTLS refused",
	  { GREETING, OFFER, { SAYS("580 Can not initiate TLS negotiation\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "580 Can not" } },
	{ "STARTTLS answered by 200",
	  { GREETING, OFFER, { .server = SAYS("200 ok\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "unavailable for now",
	  { { SAYS("400 load is too high\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "400 load is too high" } },
	{ "turned away",
	  { { SAYS("502 You have no permission to talk. Goodbye.\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "502 You have no permission" } },
	{ "FTP", { { .server = SAYS("220 ready\r\n") } }, .status = STARTTLS_BROKEN },
	{ "lines where there are none",
	  { { .server = SAYS("200-one\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "CAPABILITIES answered by 215",
	  { GREETING, { .server = SAYS("215 list\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a go-ahead ahead of its command",
	  { GREETING, { SAYS("101 list\r\nSTARTTLS\r\n.\r\n382 go\r\n"), STARTTLS } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "silent", { { .server = SAYS("") } }, .closed = STARTTLS_BROKEN },
};

static void test_starttls_nntp_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_NNTP, nntp, sizeof(nntp) / sizeof(nntp[0]));
	dialogue_play_garbage(SERVICE_NNTP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_nntp_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
