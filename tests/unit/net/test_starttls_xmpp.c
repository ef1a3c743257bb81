/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#define STREAM                                                                           \
	"<stream:stream xmlns='jabber:client' from='example.org' id='x' "                \
	"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
#define OPEN(content)                                                                    \
	{                                                                                \
		SAYS(""),                                                                \
			SAYS("<?xml version='1.0'?><stream:stream xmlns='" content "' "  \
			     "xmlns:stream='http://etherx.jabber.org/streams' "          \
			     "to='example.org' "                                         \
			     "version='1.0'>")                                           \
	}
#define CLIENT OPEN("jabber:client")
#define STARTTLS SAYS("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
#define TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define CLOSE SAYS("</stream:stream>")
#define OFFER                                                                            \
	{                                                                                \
		SAYS(STREAM "<stream:features><starttls xmlns='" TLS                     \
			    "'/></stream:features>"),                                    \
			STARTTLS                                                         \
	}
#define PROCEED                                                                          \
	{                                                                                \
		.server = SAYS("<proceed xmlns='" TLS "'/>")                             \
	}

static const struct dialogue xmpp[] = {
	{ "Prosody",
	  { CLIENT,
	    { SAYS("<?xml version='1.0'?><stream:stream id='4f' xml:lang='en' "
		   "xmlns='jabber:client' from='example.org' version='1.0' "
		   "xmlns:stream='http://etherx.jabber.org/streams'>"),
	      SAYS("") },
	    { SAYS("<stream:features><starttls xmlns='" TLS "'><required/></starttls>"
		   "</stream:features>"),
	      STARTTLS },
	    PROCEED },
	  .status = STARTTLS_GO },
	{ "ejabberd",
	  { CLIENT,
	    { SAYS("<?xml version='1.0'?><stream:stream id='1' version='1.0' "
		   "xml:lang='en' xmlns:stream='http://etherx.jabber.org/streams' "
		   "from='example.org' xmlns='jabber:client'>"
		   "<stream:features><mechanisms "
		   "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
		   "<mechanism>PLAIN</mechanism><mechanism>X-OAUTH2</mechanism>"
		   "</mechanisms><register "
		   "xmlns='http://jabber.org/features/iq-register'/>"
		   "<starttls xmlns='" TLS "'></starttls></stream:features>"),
	      STARTTLS },
	    { .server = SAYS("<proceed xmlns='" TLS "'></proceed>") } },
	  .status = STARTTLS_GO },
	{ "a blank before the declaration",
	  { CLIENT, { .server = SAYS("\n<?xml version=\"1.0\" ?>") } },
	  .status = STARTTLS_BROKEN,
	  .why = { "not XMPP" } },
	{ "other prefixes, quotes and blanks",
	  { CLIENT,
	    { SAYS("<?xml version=\"1.0\" ?>\n"), SAYS("") },
	    { SAYS("<s:stream\n xmlns:s = \"http://etherx.jabber.org/streams\"\t"
		   "version=\"1.0\" x='>' >\r\n <s:features xmlns:t='" TLS "' > "
		   "<t:starttls ><t:required /></t:starttls >\n</s:features >"),
	      STARTTLS },
	    { .server = SAYS("\n <t:proceed xmlns:t='" TLS "'/>") } },
	  .status = STARTTLS_GO },
	{ "no STARTTLS",
	  { CLIENT,
	    { SAYS(STREAM "<stream:features><bind/><sm xmlns='urn:xmpp:sm:3'/>"
			  "</stream:features>"),
	      CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "not offer STARTTLS", "\"bind sm\"" } },
	{ "no feature",
	  { CLIENT, { SAYS(STREAM "<stream:features/>"), CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "nor any other" } },
	{ "starttls of another namespace",
	  { CLIENT,
	    { SAYS(STREAM "<stream:features><starttls/></stream:features>"), CLOSE } },
	  .status = STARTTLS_REFUSED },
	{ "starttls deeper than a feature",
	  { CLIENT,
	    { SAYS(STREAM "<stream:features><a><starttls xmlns='" TLS "'/></a>"
			  "</stream:features>"),
	      CLOSE } },
	  .status = STARTTLS_REFUSED },
	{ "features of another namespace",
	  { CLIENT, { .server = SAYS(STREAM "<features>") } },
	  .status = STARTTLS_BROKEN },
	{ "a stream of another namespace",
	  { CLIENT, { .server = SAYS("<stream version='1.0'>") } },
	  .status = STARTTLS_BROKEN },
	{ "a stream that is empty",
	  { CLIENT,
	    { .server =
		      SAYS("<s:stream xmlns:s='http://etherx.jabber.org/streams'/>") } },
	  .status = STARTTLS_BROKEN },
	{ "no version",
	  { CLIENT,
	    { SAYS("<s:stream xmlns:s='http://etherx.jabber.org/streams'>"), CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "older than version 1.0" } },
	{ "version 0.9",
	  { CLIENT,
	    { SAYS("<s:stream xmlns:s='http://etherx.jabber.org/streams' version='0.9'>"),
	      CLOSE } },
	  .status = STARTTLS_REFUSED },
	{ "unknown host",
	  { CLIENT,
	    { SAYS(STREAM "<stream:error><host-unknown "
			  "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
			  "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"
			  "This server does not serve example.org</text><x/>"
			  "</stream:error>"),
	      CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "\"host-unknown This server does not serve example.org\"" } },
	{ "an error without condition",
	  { CLIENT, { SAYS(STREAM "<stream:error/>"), CLOSE } },
	  .status = STARTTLS_REFUSED },
	{ "a failure",
	  { CLIENT, OFFER, { SAYS("<failure xmlns='" TLS "'/>"), CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "<failure/>" } },
	{ "an error for a go-ahead",
	  { CLIENT,
	    OFFER,
	    { SAYS("<stream:error><policy-violation "
		   "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"),
	      CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "policy-violation" } },
	{ "the stream's end for a go-ahead",
	  { CLIENT, OFFER, { SAYS("</stream:stream>"), CLOSE } },
	  .status = STARTTLS_REFUSED,
	  .why = { "ended the stream" } },
	{ "the stream's end for features",
	  { CLIENT, { SAYS(STREAM "</stream:stream>"), CLOSE } },
	  .status = STARTTLS_REFUSED },
	{ "proceed of another namespace",
	  { CLIENT, OFFER, { .server = SAYS("<proceed/>") } },
	  .status = STARTTLS_BROKEN },
	{ "something in proceed",
	  { CLIENT, OFFER, { .server = SAYS("<proceed xmlns='" TLS "'><a>") } },
	  .status = STARTTLS_BROKEN },
	{ "a message for a go-ahead",
	  { CLIENT, OFFER, { .server = SAYS("<message/>") } },
	  .status = STARTTLS_BROKEN },
	{ "a go-ahead ahead of its command",
	  { CLIENT,
	    { SAYS(STREAM "<stream:features><starttls xmlns='" TLS "'/></stream:features>"
			  "<proceed xmlns='" TLS "'/>"),
	      STARTTLS } },
	  .status = STARTTLS_REFUSED,
	  .why = { "injection" },
	  .whole = true },
	{ "HTTP", { CLIENT, { .server = SAYS("H") } }, .status = STARTTLS_BROKEN },
	{ "HTML",
	  { CLIENT, { .server = SAYS("<!DOCTYPE html>") } },
	  .status = STARTTLS_BROKEN },
	{ "silent", { CLIENT }, .closed = STARTTLS_BROKEN, .why = { "stream header" } },
	{ "closed before the features",
	  { CLIENT, { .server = SAYS(STREAM) } },
	  .closed = STARTTLS_BROKEN,
	  .why = { "stream features" } },
};

static const struct dialogue server[] = {
	{ "Prosody",
	  { OPEN("jabber:server"),
	    { SAYS("<?xml version='1.0'?><stream:stream "
		   "xmlns:db='jabber:server:dialback' "
		   "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
		   "xmlns='jabber:server' from='example.org' id='9c'>"
		   "<stream:features><starttls xmlns='" TLS "'/><dialback "
		   "xmlns='urn:xmpp:features:dialback'/></stream:features>"),
	      STARTTLS },
	    PROCEED },
	  .status = STARTTLS_GO },
};

static void test_starttls_xmpp_server_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_XMPP_SERVER, server,
			  sizeof(server) / sizeof(server[0]));
	dialogue_play_garbage(SERVICE_XMPP_SERVER);
}

static void test_starttls_xmpp_dialogues(void **state)
{
	(void)state;
	dialogue_play_all(SERVICE_XMPP_CLIENT, xmpp, sizeof(xmpp) / sizeof(xmpp[0]));
	dialogue_play_garbage(SERVICE_XMPP_CLIENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_xmpp_dialogues),
		cmocka_unit_test(test_starttls_xmpp_server_dialogues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
