/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/remedy.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Remedies that hold whatever the words of the error are. */
static const char *const plain_remedies[CODE_COUNT] = {
	[CODE_STARTTLS_REFUSED] = "the server's log says why it refuses: does its "
				  "certificate load, does it accept this host's address?",
	[CODE_TRY_LATER] = "try again later; greylisting and connection limits pass, or "
			   "can be lifted for this host",
	[CODE_TLS_FAILED] =
		"look for this handshake in the server's log; make sure that it speaks "
		"TLS 1.2 or later on this port, and with this name (SNI)",
	[CODE_CONNECT_FAILED] = "make sure that the service listens at that address and "
				"port and that no firewall refuses it",
	[CODE_TIMEOUT] = "make sure that no firewall drops the packets and that the "
			 "server answers; -t gives it more time",
	[CODE_NXDOMAIN] = "check the spelling of the name, or publish it",
	[CODE_NO_ADDRESS] =
		"publish an A or AAAA record, or name an address with --connect-to",
	[CODE_NO_SERVICE] = "don't check it, or publish the service; --on no-service=ok "
			    "if this is intended",
	[CODE_BAD_TARGET] = "write HOST, HOST:PORT or SCHEME://HOST[:PORT][/PATH], with "
			    "a scheme that `daneprobe check --help` lists",
	[CODE_NOT_FETCHED] = "install libcurl where the check runs, built with GnuTLS or "
			     "OpenSSL (Debian: libcurl3-gnutls), or ask for no page",
	[CODE_STOPPED] = "make the timeout of whatever started this check longer than "
			 "what -t allows",
	[CODE_NOT_PROBED] = "check it without --lookup-only to learn whether the servers "
			    "present what is published",
	[CODE_NO_ROUTE] = "run the check from a host that has addresses of that family",
};

/* What the words of a failure hint at; the first row that fits counts. */
static const struct {
	enum code code;
	const char *word, *remedy;
} hints[] = {
	{ CODE_NO_ADDRESS, "asks for no other",
	  "publish an address of that family, or ask for both (without -4 and -6)" },
	{ CODE_STARTTLS_REFUSED, "injection",
	  "find out who puts text between the server's go-ahead and TLS: the server, if "
	  "its software is old (CVE-2011-0411), or somebody on the way" },
	{ CODE_STARTTLS_REFUSED, "PREAUTH",
	  "make the server greet with OK: after PREAUTH no STARTTLS is possible" },
	{ CODE_STARTTLS_REFUSED, "not offer",
	  "make the server offer STARTTLS there (does its certificate load?); a "
	  "middlebox that removes it looks the same" },
	{ CODE_STARTTLS_REFUSED, "HELO only",
	  "make the server offer STARTTLS there; a middlebox that removes EHLO looks the "
	  "same" },
	{ CODE_STARTTLS_REFUSED, "out of step",
	  "let one program greet, once: a proxy or filter before the server that greets "
	  "as "
	  "well puts each reply out of step" },
	{ CODE_TRY_LATER, "Server local error",
	  "see the server's log for what went wrong there; Postfix says so too where it "
	  "waits in vain for the PROXY protocol, with which a load balancer begins (then "
	  "check it through that, or at a port without)" },
	{ CODE_TRY_LATER, "before its greeting",
	  "see the server's log for why it hangs up: an access list, a limit, or that it "
	  "waits for the PROXY protocol with which a load balancer begins (then check it "
	  "through that, or at a port without)" },
	{ CODE_TLS_FAILED, "TLS 1.1 or older",
	  "make the server speak TLS 1.2 or later: neither this check nor most clients "
	  "of today offer older versions" },
	{ CODE_TLS_FAILED, "bits only",
	  "make a new key (`daneprobe keygen`), publish its "
	  "record, then install it" },
	{ CODE_TLS_FAILED, "GnuTLS end the handshake",
	  "get that certificate issued again without the fault; with the same key its 3 "
	  "1 x record stays valid" },
	{ CODE_TLS_FAILED, "has a key that",
	  "make a new key (`daneprobe keygen`), publish its record, then install it" },
	{ CODE_TLS_FAILED, "below what is secure",
	  "make the server use larger parameters: 2048 bits for Diffie-Hellman and RSA" },
	{ CODE_TLS_FAILED, "speaks TLS at once",
	  "name the scheme that begins with TLS, such as smtps or imaps" },
	{ CODE_TLS_FAILED, "plaintext where TLS",
	  "name the scheme that begins with STARTTLS, if the service has one; see that "
	  "it "
	  "speaks TLS on this port" },
	{ CODE_TLS_FAILED, "this is not",
	  "see which service listens on that port, and name its scheme" },
	{ CODE_TLS_FAILED, "which can't be",
	  "see which service listens on that port, and name its scheme" },
	{ CODE_TLS_FAILED, "bytes before its go-ahead",
	  "see which service listens on that port, and name its scheme; no server has "
	  "that much to say before TLS" },
	{ CODE_TLS_FAILED, "instead of sending",
	  "see the server's log for why it closes the connection: a limit, an access "
	  "list, a service on that port that is another one, or one that waits for the "
	  "PROXY protocol with which a load balancer begins" },
	{ CODE_TLS_FAILED, "closed the connection during the handshake",
	  "see the server's log for this handshake; one that waits for the PROXY "
	  "protocol, "
	  "with which a load balancer begins, hangs up like that too" },
};

/* The same, of one protocol, which is looked at first. */
static const struct {
	const char *service;
	enum code code;
	const char *word, *remedy;
} service_hints[] = {
	{ "xmpp-client", CODE_STARTTLS_REFUSED, "host-unknown",
	  "name the domain that the server serves, which needn't be its host: "
	  "srv://_xmpp-client._tcp.DOMAIN finds the host by the domain" },
	{ "xmpp-server", CODE_STARTTLS_REFUSED, "host-unknown",
	  "name the domain that the server serves, which needn't be its host: "
	  "srv://_xmpp-server._tcp.DOMAIN finds the host by the domain" },
	{ "mysql", CODE_STARTTLS_REFUSED, "is blocked because of many connection errors",
	  "let an administrator unblock this host; see the server's log for whose "
	  "connections failed (a check's don't count, but where the handshake fails)" },
	{ "mysql", CODE_STARTTLS_REFUSED, "is not allowed to connect",
	  "make the server accept connections from this host: none of its accounts may "
	  "be used from here" },
};

static const char *remedy_of_service(enum code code, const char *service,
				     const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(service_hints) / sizeof(*service_hints); i++)
		if (service_hints[i].code == code &&
		    !strcmp(service_hints[i].service, service) &&
		    strstr(error, service_hints[i].word))
			return service_hints[i].remedy;
	return NULL;
}

static const char *remedy_of_words(enum code code, const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (hints[i].code == code && *hints[i].word &&
		    strstr(error, hints[i].word))
			return hints[i].remedy;
	return NULL;
}

/* Only to mail servers we say a name of our own. */
static bool is_mail(const char *service)
{
	return !strcmp(service, "smtp") || !strcmp(service, "submission") ||
	       !strcmp(service, "lmtp");
}

const char *remedy_for(enum code code, const char *service, const char *error)
{
	const char *remedy = service ? remedy_of_service(code, service, error) : NULL;

	if (!remedy)
		remedy = remedy_of_words(code, error);
	if (!remedy && code == CODE_STARTTLS_REFUSED && service && is_mail(service))
		remedy = "the server's log says why it refuses: does its certificate "
			 "load, does it accept this host's name (--helo) and address?";
	return remedy ? remedy : plain_remedies[code];
}
