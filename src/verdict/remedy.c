/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/remedy.h"

#include <stddef.h>
#include <string.h>

/* Whatever the words are. */
static const char *const plain_remedies[CODE_COUNT] = {
	[CODE_TRY_LATER] = "try again later; greylisting and connection limits pass, or "
			   "can be lifted for this host",
	[CODE_TLS_FAILED] = "see the server's log for this handshake; that it speaks TLS "
			    "1.2 or later on this port, and with this name (SNI)",
	[CODE_CONNECT_FAILED] =
		"see that the service listens at that address and port and "
		"that no firewall refuses it",
	[CODE_TIMEOUT] = "see that no firewall swallows the packets and that the server "
			 "answers; -t gives it more time",
	[CODE_NXDOMAIN] = "check how the name is written, or publish it",
	[CODE_NO_ADDRESS] = "publish an A or AAAA record, or name an address by "
			    "--connect-to",
	[CODE_NO_SERVICE] = "leave it out of what is checked, or publish the service; "
			    "--on no-service=ok where it is meant to be so",
	[CODE_BAD_TARGET] = "write HOST, HOST:PORT or SCHEME://HOST[:PORT][/PATH], with "
			    "a scheme that `daneprobe check --help` lists",
	[CODE_STOPPED] = "give it the time that -t allows: the timeout of whatever "
			 "started it has to be longer",
	[CODE_NO_ROUTE] = "run the check from a host that has such addresses itself",
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
	  "let the server greet with OK: behind PREAUTH no STARTTLS is possible" },
	{ CODE_STARTTLS_REFUSED, "not offer",
	  "let the server offer STARTTLS there (does its certificate load?); a middlebox "
	  "that takes it out looks the same" },
	{ CODE_STARTTLS_REFUSED, "HELO only",
	  "let the server offer STARTTLS there; a middlebox that takes EHLO out looks "
	  "the "
	  "same" },
	{ CODE_STARTTLS_REFUSED, "",
	  "see the server's log for why it refuses: does its certificate load, does it "
	  "take this host's name (--helo) and address?" },
	{ CODE_TLS_FAILED, "TLS 1.1 or older",
	  "let the server speak TLS 1.2 or later: older versions are not offered here, "
	  "nor by most clients of today" },
	{ CODE_TLS_FAILED, "bits only",
	  "make a new key (`daneprobe keygen`), publish its "
	  "record, then install it" },
	{ CODE_TLS_FAILED, "below what is secure",
	  "let the server use larger parameters: 2048 bits for Diffie-Hellman and RSA" },
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
	  "list, or a service on that port that is another one" },
};

const char *remedy_for(enum code code, const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (hints[i].code == code && strstr(error, hints[i].word))
			return hints[i].remedy;
	return plain_remedies[code];
}
