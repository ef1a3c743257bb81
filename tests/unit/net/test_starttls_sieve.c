/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define STARTTLS SAYS("STARTTLS\r\n")
#define LOGOUT SAYS("LOGOUT\r\n")
#define OFFER                                                                            \
	{                                                                                \
		SAYS("\"STARTTLS\"\r\nOK\r\n"), STARTTLS                                 \
	}

static const struct dialogue sieve[] = {
	{ "Pigeonhole",
	  { { SAYS("\"IMPLEMENTATION\" \"Dovecot (Debian) Pigeonhole\"\r\n"
		   "\"SIEVE\" \"fileinto reject envelope encoded-character vacation "
		   "subaddress comparator-i;ascii-numeric relational regex imap4flags "
		   "copy include variables body enotify environment mailbox date index "
		   "ihave duplicate mime foreverypart extracttext\"\r\n"
		   "\"NOTIFY\" \"mailto\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n"
		   "\"VERSION\" \"1.0\"\r\nOK \"Dovecot (Debian) ready.\"\r\n"),
	      STARTTLS },
	    { .server = SAYS("OK \"Begin TLS negotiation now.\"\r\n") } },
	  .status = STARTTLS_GO },
	{ "literals",
	  { { SAYS("{14}\r\nIMPLEMENTATION {7+}\r\na\"b\\c\r\n\r\n"
		   "\"SASL\" {0}\r\n\r\n{8}\r\nstarttls\r\n"
		   "ok (TAG {3}\r\nx y) {4}\r\nwell\r\n"),
	      STARTTLS },
	    { .server = SAYS("OK {5}\r\nOK\r\n\n\r\n") } },
	  .status = STARTTLS_GO },
	{ "braces and escapes in quotes",
	  { { SAYS("\"IMPLEMENTATION\" \"{8} \\\"x\\\\\"\r\n\"starttls\"\r\nOK\r\n"),
	      STARTTLS },
	    { .server = SAYS("OK (\"a {3}\")\r\n") } },
	  .status = STARTTLS_GO },
	{ "STARTTLS inside a literal",
	  { { SAYS("\"SASL\" {16}\r\nx\r\n\"STARTTLS\"\r\n\r\nOK\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"SASL\"" } },
	{ "no STARTTLS",
	  { { SAYS("\"SIEVE\" \"STARTTLS\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STARTTLS", "\"SIEVE SASL\"" } },
	{ "no capability",
	  { { SAYS("OK\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "nor any other" } },
	{ "BYE for a greeting",
	  { { SAYS("BYE \"Too many connections\"\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "BYE \"Too many connections\"" } },
	{ "a referral",
	  { { SAYS("BYE (REFERRAL \"sieve://x\") \"Try x\"\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "STARTTLS refused",
	  { OFFER, { SAYS("NO {7}\r\nnot now\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "NO \"not now\"" } },
	{ "BYE at STARTTLS",
	  { OFFER, { SAYS("BYE(TRYLATER)\r\n"), LOGOUT } },
	  .status = STARTTLS_REFUSED },
	{ "a capability at STARTTLS",
	  { OFFER, { .server = SAYS("\"SASL\" \"PLAIN\"\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "OKAY", { { .server = SAYS("OKAY\r\n") } }, .status = STARTTLS_BROKEN },
	{ "an open quote",
	  { { .server = SAYS("\"STARTTLS\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a literal without a number",
	  { { .server = SAYS("{}\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a literal without an end",
	  { { .server = SAYS("{5\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a literal amid a line",
	  { { .server = SAYS("\"a\" {5} b\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a literal beyond bounds",
	  { { .server = SAYS("\"a\" {131073}\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a literal whose length overflows",
	  { { .server = SAYS("\"a\" {18446744073709551617}\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a go-ahead ahead of its command",
	  { { SAYS("\"STARTTLS\"\r\nOK\r\nOK\r\n"), STARTTLS } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "closed in a literal",
	  { { .server = SAYS("\"a\" {5}\r\nabc") } },
	  .closed = STARTTLS_BROKEN },
	{ "silent", { { .server = SAYS("") } }, .closed = STARTTLS_BROKEN },
};

static void test_starttls_sieve_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_SIEVE, sieve, sizeof(sieve) / sizeof(sieve[0]));
	dialogue_play_garbage(SERVICE_SIEVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_sieve_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
