/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define EHLO SAYS("EHLO probe.example.net\r\n")
#define LHLO SAYS("LHLO probe.example.net\r\n")
#define STARTTLS SAYS("STARTTLS\r\n")
#define QUIT SAYS("QUIT\r\n")
#define GREETING                                                                         \
	{                                                                                \
		SAYS("220 mx.example.org ESMTP\r\n"), EHLO                               \
	}
#define OFFER                                                                            \
	{                                                                                \
		SAYS("250-mx.example.org\r\n250 STARTTLS\r\n"), STARTTLS                 \
	}

static const struct dialogue smtp[] = {
	{ "Postfix",
	  { { SAYS("220 mx.example.org ESMTP Postfix (Debian/GNU)\r\n"), EHLO },
	    { SAYS("250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
		   "250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n"
		   "250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n"),
	      STARTTLS },
	    { .server = SAYS("220 2.0.0 Ready to start TLS\r\n") } },
	  .status = STARTTLS_GO },
	{ "postscreen's teaser",
	  { { SAYS("220-mx.example.org ESMTP Postfix\r\n"), SAYS("") },
	    { SAYS("220 mx.example.org ESMTP Postfix\r\n"), EHLO },
	    OFFER,
	    { .server = SAYS("220 2.0.0 Ready to start TLS\r\n") } },
	  .status = STARTTLS_GO },
	{ "lower case, bare LF, codes without text",
	  { { SAYS("220\n"), EHLO },
	    { SAYS("250-\n250 starttls\n"), STARTTLS },
	    { .server = SAYS("220\n") } },
	  .status = STARTTLS_GO },
	{ "a go-ahead of several lines",
	  { GREETING,
	    OFFER,
	    { .server = SAYS("220-2.0.0 Ready\r\n220 to start TLS\r\n") } },
	  .status = STARTTLS_GO },
	{ "no STARTTLS",
	  { GREETING,
	    { SAYS("250-mx.example.org\r\n250-SIZE 10240000\r\n250 XXXXXXXA\r\n"),
	      QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STARTTLS", "\"SIZE XXXXXXXA\"" } },
	{ "no extension",
	  { GREETING, { SAYS("250 mx.example.org\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "nor any other" } },
	{ "STARTTLS is the server's name",
	  { GREETING, { SAYS("250-STARTTLS\r\n250 DSN\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"DSN\"" } },
	{ "STARTTLS is part of another word",
	  { GREETING, { SAYS("250-mx\r\n250-XSTARTTLS\r\n250 STARTTLSX\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "XSTARTTLS STARTTLSX" } },
	{ "STARTTLS refused for now",
	  { GREETING,
	    OFFER,
	    { SAYS("454 4.7.0 TLS not available due to local problem\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "454 4.7.0 TLS not available" } },
	{ "STARTTLS refused",
	  { GREETING, OFFER, { SAYS("502 5.5.1 Error\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "502 5.5.1 Error" } },
	{ "STARTTLS answered by 250",
	  { GREETING, OFFER, { .server = SAYS("250 2.0.0 Ok\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "250 2.0.0 Ok" } },
	{ "STARTTLS answered by 211",
	  { GREETING, OFFER, { .server = SAYS("211 2.0.0 Help\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "211 2.0.0 Help" } },
	{ "greeted by 250",
	  { { .server = SAYS("250 mx.example.org\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "250 mx.example.org" } },
	{ "two greetings",
	  { { SAYS("220 proxy.example.org ESMTP\r\n220 mx.example.org ESMTP\r\n"),
	      SAYS("EHLO probe.example.net\r\n") } },
	  .status = STARTTLS_REFUSED,
	  .why = { "instead of the reply to EHLO: two greetings" },
	  .whole = true },
	{ "busy",
	  { { SAYS("421 4.3.2 All server ports are busy\r\n"), QUIT } },
	  .status = STARTTLS_LATER,
	  .why = { "421 4.3.2 All server ports" } },
	{ "busy after a teaser",
	  { { SAYS("220-mx.example.org ESMTP\r\n421 4.7.0 Come back\r\n"), QUIT } },
	  .status = STARTTLS_LATER },
	{ "turned away",
	  { { SAYS("554-5.7.1 No service for you\r\n554 5.7.1 see http://x/\r\n"),
	      QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "greeting", "554 5.7.1 No service for you 5.7.1 see" } },
	{ "521 greeting",
	  { { SAYS("521 mx.example.org does not accept mail\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED },
	{ "closing at EHLO",
	  { GREETING, { SAYS("421 4.4.2 mx.example.org timeout\r\n"), QUIT } },
	  .status = STARTTLS_LATER,
	  .why = { "421 4.4.2" } },
	{ "EHLO refused for now",
	  { GREETING, { SAYS("451 4.3.0 later\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "451 4.3.0 later" } },
	{ "HELO only",
	  { GREETING,
	    { SAYS("502 Command not implemented\r\n"),
	      SAYS("HELO probe.example.net\r\n") },
	    { SAYS("250 mx.example.org\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "HELO only" } },
	{ "neither EHLO nor HELO",
	  { GREETING,
	    { SAYS("550 5.7.1 Access denied\r\n"), SAYS("HELO probe.example.net\r\n") },
	    { SAYS("550 5.7.1 Denied\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "550 5.7.1 Denied" } },
	{ "HELO put off",
	  { GREETING,
	    { SAYS("500 what?\r\n"), SAYS("HELO probe.example.net\r\n") },
	    { SAYS("421 bye\r\n"), QUIT } },
	  .status = STARTTLS_LATER },
	{ "EHLO answered by 220",
	  { GREETING, { .server = SAYS("220 mx.example.org\r\n") } },
	  .status = STARTTLS_BROKEN },
	{ "a go-ahead for a greeting",
	  { { .server = SAYS("354 go on\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "354 go on" } },
	{ "silent",
	  { { .server = SAYS("") } },
	  .closed = STARTTLS_LATER,
	  .why = { "before its greeting" } },
	{ "closed after a teaser",
	  { { .server = SAYS("220-mx.example.org\r\n") } },
	  .closed = STARTTLS_LATER },
	{ "closed in the greeting",
	  { { .server = SAYS("220 mx.exa") } },
	  .closed = STARTTLS_BROKEN,
	  .why = { "closed", "greeting" } },
	{ "closed at EHLO", { GREETING }, .closed = STARTTLS_BROKEN, .why = { "EHLO" } },
	{ "closed at STARTTLS",
	  { GREETING, OFFER },
	  .closed = STARTTLS_BROKEN,
	  .why = { "reply to STARTTLS" } },
	{ "IMAP",
	  { { .server = SAYS("* OK ready\r\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "* OK ready" } },
	{ "TLS at once",
	  { { .server = SAYS("\025\003\001\0\002\002\050") } },
	  .closed = STARTTLS_BROKEN,
	  .why = { "TLS at once" } },
	{ "TLS at once, and a line's end",
	  { { .server = SAYS("\025\003\001\0\002\002\050\n") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "TLS at once" } },
};

static const struct dialogue lmtp[] = {
	{ "Dovecot",
	  { { SAYS("220 mx.example.org Dovecot ready.\r\n"), LHLO },
	    { SAYS("250-mx.example.org\r\n250-STARTTLS\r\n250-8BITMIME\r\n"
		   "250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n"),
	      STARTTLS },
	    { .server = SAYS("220 2.0.0 Begin TLS negotiation now.\r\n") } },
	  .status = STARTTLS_GO },
	{ "no HELO here",
	  { { SAYS("220 mx\r\n"), LHLO }, { SAYS("500 5.5.1 Unknown\r\n"), QUIT } },
	  .status = STARTTLS_REFUSED,
	  .why = { "LMTP", "500 5.5.1 Unknown" } },
	{ "busy", { { SAYS("450 wait\r\n"), QUIT } }, .status = STARTTLS_LATER },
};

static void test_starttls_smtp_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_SMTP, smtp, sizeof(smtp) / sizeof(smtp[0]));
	dialogue_play_garbage(SERVICE_SMTP);
}

static void test_starttls_smtp_lmtp_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_LMTP, lmtp, sizeof(lmtp) / sizeof(lmtp[0]));
	dialogue_play_garbage(SERVICE_LMTP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_smtp_dialogues),
		cmocka_unit_test(test_starttls_smtp_lmtp_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
