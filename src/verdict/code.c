/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/code.h"

static const struct {
	const char *name;
	enum state state;
	const char *meaning;
} table[CODE_COUNT] = {
	[CODE_BOGUS] = { "bogus", STATE_CRITICAL, "DNSSEC validation failed" },
	[CODE_MISMATCH] = { "mismatch", STATE_CRITICAL,
			    "no usable record matches the chain" },
	[CODE_NAME_MISMATCH] = { "name-mismatch", STATE_CRITICAL,
				 "a record matches, but the certificate's names do not" },
	[CODE_EXPIRED] = { "expired", STATE_CRITICAL,
			   "a certificate is outside its validity dates" },
	[CODE_PKIX_FAILED] = { "pkix-failed", STATE_CRITICAL, "no path to a trusted CA" },
	[CODE_UNUSABLE] = { "unusable", STATE_CRITICAL,
			    "there are TLSA records, but none is usable" },
	[CODE_NO_TLSA] = { "no-tlsa", STATE_CRITICAL, "there is no TLSA record" },
	[CODE_INSECURE] = { "insecure", STATE_CRITICAL,
			    "no DNSSEC chain of trust to what decides" },
	[CODE_STARTTLS_REFUSED] = { "starttls-refused", STATE_CRITICAL,
				    "the server does not start TLS" },
	[CODE_TRY_LATER] = { "try-later", STATE_WARNING, "the mail server put us off" },
	[CODE_TLS_FAILED] = { "tls-failed", STATE_CRITICAL, "the TLS handshake failed" },
	[CODE_CONNECT_FAILED] = { "connect-failed", STATE_CRITICAL,
				  "the connection failed" },
	[CODE_TIMEOUT] = { "timeout", STATE_CRITICAL, "the deadline passed" },
	[CODE_HTTP_FAILED] = { "http-failed", STATE_CRITICAL,
			       "the page did not answer as expected" },
	[CODE_NXDOMAIN] = { "nxdomain", STATE_CRITICAL, "the host does not exist" },
	[CODE_NO_ADDRESS] = { "no-address", STATE_CRITICAL, "the host has no address" },
	[CODE_NO_SERVICE] = { "no-service", STATE_UNKNOWN, "the service is not offered" },
	[CODE_BAD_TARGET] = { "bad-target", STATE_UNKNOWN, "the target can't be parsed" },
	[CODE_DNS_ERROR] = { "dns-error", STATE_UNKNOWN,
			     "the DNS gave no usable answer" },
	[CODE_NO_ROUTE] = { "no-route", STATE_UNKNOWN,
			    "this host has no route to the addresses" },
	[CODE_NOT_FETCHED] = { "not-fetched", STATE_UNKNOWN,
			       "this host can't fetch the page" },
	[CODE_STOPPED] = { "stopped", STATE_UNKNOWN,
			   "the check was stopped before it was done" },
	[CODE_NOT_PROBED] = { "not-probed", STATE_UNKNOWN,
			      "looked up only: no server was asked" },
	[CODE_MATCH] = { "match", STATE_OK, "every address matches" },
};

const char *code_name(enum code code)
{
	return table[code].name;
}

enum state code_default_state(enum code code)
{
	return table[code].state;
}

const char *code_meaning(enum code code)
{
	return table[code].meaning;
}
