/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

/* Messages are SEQUENCE (0), INTEGER 1 (\2\1\1), ExtendedResponse (x), ENUMERATED (\n).
 */
#define REQUEST                                                                          \
	{                                                                                \
		SAYS(""), SAYS("0\035\002\001\001w\030\200\0261.3.6.1.4.1.1466.20037")   \
	}
#define UNBIND SAYS("0\005\002\001\002B\0")

static const struct dialogue ldap[] = {
	{ "OpenLDAP",
	  { REQUEST, { .server = SAYS("0\014\2\1\1x\7\n\1\0\4\0\4\0") } },
	  .status = STARTTLS_GO },
	{ "Active Directory: long lengths and the name",
	  { REQUEST,
	    { .server = SAYS("0\204\0\0\0(\2\1\1x\204\0\0\0\037\n\1\0\4\0\4\0"
			     "\212\0261.3.6.1.4.1.1466.20037") } },
	  .status = STARTTLS_GO },
	{ "a referral list, a value and controls beside success",
	  { REQUEST,
	    { .server = SAYS("0\027\2\1\1x\014\n\1\0\4\0\4\0\243\1r\213\0"
			     "\240\4abcd") } },
	  .status = STARTTLS_GO },
	{ "not configured",
	  { REQUEST,
	    { SAYS("0*\2\1\1x%\n\1\2\4\0\4\036unsupported extended operation"),
	      UNBIND } },
	  .status = STARTTLS_REFUSED,
	  .why = { "protocolError (2)", "\"unsupported extended operation\"" } },
	{ "unavailable",
	  { REQUEST,
	    { SAYS("0\031\2\1\1x\024\n\1\064\4\0\4\015no tls here\r\n"), UNBIND } },
	  .status = STARTTLS_REFUSED,
	  .why = { "unavailable (52)", "no tls here" } },
	{ "a result without a name",
	  { REQUEST, { SAYS("0\015\2\1\1x\010\n\2\020\0\4\0\4\0"), UNBIND } },
	  .status = STARTTLS_REFUSED,
	  .why = { "result (4096)" } },
	{ "notice of disconnection",
	  { REQUEST,
	    { SAYS("0(\2\1\0x#\n\1\064\4\0\4\4busy"
		   "\212\0261.3.6.1.4.1.1466.20036"),
	      UNBIND } },
	  .status = STARTTLS_REFUSED,
	  .why = { "ends the session", "unavailable", "busy" } },
	{ "another message",
	  { REQUEST, { .server = SAYS("0\014\2\1\2x\7\n\1\0\4\0\4\0") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "message 2" } },
	{ "another operation",
	  { REQUEST, { .server = SAYS("0\017\2\1\1x\012\n\1\0\4\0\4\0\212\0011") } },
	  .status = STARTTLS_BROKEN },
	{ "a BindResponse",
	  { REQUEST, { .server = SAYS("0\014\2\1\1a\7\n\1\0\4\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "octets behind the controls",
	  { REQUEST, { .server = SAYS("0\016\2\1\1x\7\n\1\0\4\0\4\0\005\0") } },
	  .status = STARTTLS_BROKEN },
	{ "octets behind the value",
	  { REQUEST, { .server = SAYS("0\016\2\1\1x\011\n\1\0\4\0\4\0\005\0") } },
	  .status = STARTTLS_BROKEN },
	{ "an inner length beyond the outer",
	  { REQUEST, { .server = SAYS("0\014\2\1\1x\010\n\1\0\4\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "no message text",
	  { REQUEST, { .server = SAYS("0\012\2\1\1x\5\n\1\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "an empty result",
	  { REQUEST, { .server = SAYS("0\013\2\1\1x\6\n\0\4\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "a negative result",
	  { REQUEST, { .server = SAYS("0\014\2\1\1x\7\n\1\200\4\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "a negative message number",
	  { REQUEST, { .server = SAYS("0\014\2\1\377x\7\n\1\0\4\0\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "an empty sequence",
	  { REQUEST, { .server = SAYS("0\0") } },
	  .status = STARTTLS_BROKEN },
	{ "no definite length",
	  { REQUEST, { .server = SAYS("0\200") } },
	  .status = STARTTLS_BROKEN },
	{ "no definite length within",
	  { REQUEST, { .server = SAYS("0\014\2\1\1x\7\n\1\0\4\200\4\0") } },
	  .status = STARTTLS_BROKEN },
	{ "a length of five octets",
	  { REQUEST, { .server = SAYS("0\205") } },
	  .status = STARTTLS_BROKEN },
	{ "a length beyond bounds",
	  { REQUEST, { .server = SAYS("0\204\377\377\377\377") } },
	  .status = STARTTLS_BROKEN },
	{ "no sequence",
	  { REQUEST, { .server = SAYS("20") } },
	  .status = STARTTLS_BROKEN,
	  .whole = true },
	{ "TLS at once",
	  { REQUEST, { .server = SAYS("\025\003\003\0\002\002\012") } },
	  .status = STARTTLS_BROKEN,
	  .whole = true,
	  .why = { "TLS at once" } },
	{ "silent",
	  { REQUEST },
	  .closed = STARTTLS_BROKEN,
	  .why = { "reply to StartTLS" } },
};

static void test_starttls_ldap_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_LDAP, ldap, sizeof(ldap) / sizeof(ldap[0]));
	dialogue_play_garbage(SERVICE_LDAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_ldap_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
