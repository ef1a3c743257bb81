/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define AUTH SAYS("AUTH TLS\r\n")
#define QUIT SAYS("QUIT\r\n")
#define GREETING                                                                         \
	{                                                                                \
		SAYS("220 (vsFTPd 3.0.3)\r\n"), AUTH                                     \
	}

static const struct dialogue ftp[] = {
	{ "vsftpd",
	  { GREETING, { .server = SAYS("234 Proceed with negotiation.\r\n") } },
	  .status = STARTTLS_GO },
	{ "ProFTPD",
	  { { SAYS("220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n"), AUTH },
	    { .server = SAYS("234 AUTH TLS successful\r\n") } },
	  .status = STARTTLS_GO },
	{ "a greeting with free lines",
	  { { SAYS("220-Welcome\r\n   to this server\r\n221 is not the end\r\n"
		   "220-nor this\r\n\r\n220 now\r\n"),
	      AUTH },
	    { .server = SAYS("234-one\r\n234 two\r\n") } },
	  .status = STARTTLS_GO },
	{ "ready in a minute",
	  { { SAYS("120 Ready in 1 minute\r\n"), SAYS("") },
	    GREETING,
	    { .server = SAYS("234 go\r\n") } },
	  .status = STARTTLS_GO },
	{ "no TLS",
	  { GREETING, { SAYS("530 Please login with USER and PASS.\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "AUTH TLS", "530 Please login" } },
	{ "unknown command",
	  { GREETING, { SAYS("500 AUTH not understood\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED },
	{ "security data wanted",
	  { GREETING, { .server = SAYS("334 ADAT=x\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "334 ADAT" } },
	{ "200 is no go-ahead",
	  { GREETING, { .server = SAYS("200 fine\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "busy",
	  { { SAYS("421 There are too many connected users\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "greeting", "421 There are too many" } },
	{ "turned away",
	  { { SAYS("530 not you\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED },
	{ "230 for a greeting",
	  { { .server = SAYS("230 logged in\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a free line first",
	  { { .server = SAYS("Welcome\r\n220 x\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .whole = true },
	{ "a go-ahead ahead of its command",
	  { { SAYS("220 hello\r\n234 go\r\n"), AUTH } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "silent", { { .server = SAYS("") } }, .closed = STARTTLS_BROKEN },
	{ "closed in a greeting of lines",
	  { { .server = SAYS("220-Welcome\r\n221 x\r\n") } },
	  .closed = STARTTLS_BROKEN },
};

static void test_starttls_ftp_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_FTP, ftp, sizeof(ftp) / sizeof(ftp[0]));
	dialogue_play_garbage(SERVICE_FTP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_ftp_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
