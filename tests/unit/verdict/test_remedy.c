/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/remedy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *name;
	enum code code;
	const char *service, *error, *says, *says_not; /* NULL: whatever */
} rows[] = {
	{ "our name is for mail", CODE_STARTTLS_REFUSED, "smtp",
	  "the SMTP server turns us away in its greeting: \"554 no\"", "--helo", NULL },
	{ "to LMTP too", CODE_STARTTLS_REFUSED, "lmtp", "the LMTP server refuses us",
	  "--helo", NULL },
	{ "not for MySQL", CODE_STARTTLS_REFUSED, "mysql", "the MySQL server refuses us",
	  "certificate load", "--helo" },
	{ "not for XMPP", CODE_STARTTLS_REFUSED, "xmpp-server",
	  "the XMPP server ended the stream", "certificate load", "--helo" },
	{ "not for IMAP", CODE_STARTTLS_REFUSED, "imap",
	  "the IMAP server ends the session: \"* BYE\"", "certificate load", "--helo" },
	{ "an injection into mail", CODE_STARTTLS_REFUSED, "smtp",
	  "1 byte came behind the go-ahead: an injection", "CVE-2011-0411", "--helo" },
	{ "two greetings", CODE_STARTTLS_REFUSED, "smtp",
	  "two greetings, or replies that are out of step", "let one program greet",
	  "CVE" },
	{ "an XMPP domain", CODE_STARTTLS_REFUSED, "xmpp-client",
	  "the XMPP server ended the stream: \"host-unknown\"",
	  "srv://_xmpp-client._tcp.DOMAIN", "--helo" },
	{ "an XMPP domain's server", CODE_STARTTLS_REFUSED, "xmpp-server",
	  "the XMPP server ended the stream: \"host-unknown\"",
	  "srv://_xmpp-server._tcp.DOMAIN", NULL },
	{ "MySQL had enough", CODE_STARTTLS_REFUSED, "mysql",
	  "Host '192.0.2.1' is blocked because of many connection errors", "unblock",
	  "--helo" },
	{ "put off in words", CODE_TRY_LATER, "smtp",
	  "the SMTP server put us off: \"451 later\"", "greylisting", "PROXY" },
	{ "Postfix behind a load balancer", CODE_TRY_LATER, "smtp",
	  "the SMTP server put us off: \"421 4.3.0 mx Server local error\"", "PROXY",
	  "greylisting" },
	{ "hung up without a word", CODE_TRY_LATER, "smtp",
	  "the SMTP server closed the connection before its greeting, and so at a second "
	  "try",
	  "PROXY protocol", "greylisting" },
	{ "IMAP hung up", CODE_TLS_FAILED, "imap",
	  "the IMAP server closed the connection instead of sending the greeting",
	  "PROXY protocol", NULL },
	{ "TLS hung up", CODE_TLS_FAILED, "https",
	  "the server closed the connection during the handshake", "PROXY protocol",
	  NULL },
	{ "nobody knows what it was", CODE_STARTTLS_REFUSED, NULL, "refused",
	  "certificate load", "--helo" },
	{ "nothing to do", CODE_MATCH, "https", "", NULL, NULL },
};

static void test_remedy_for_rows(void **state)
{
	const char *remedy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		remedy = remedy_for(rows[i].code, rows[i].service, rows[i].error);
		if (rows[i].says ? !remedy || !strstr(remedy, rows[i].says) : !!remedy)
			fail_msg("%s: %s", rows[i].name, remedy);
		if (remedy && rows[i].says_not && strstr(remedy, rows[i].says_not))
			fail_msg("%s: %s", rows[i].name, remedy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_remedy_for_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
