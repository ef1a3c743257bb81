/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/explanation.h"

/* clang-format off */
static const struct explanation codes[CODE_COUNT] = {
	[CODE_BOGUS] = {
		"A DNS answer that the verdict needs carries DNSSEC data that doesn't validate.",
		"A client that validates gets no answer at all: mail waits and is returned, "
		"browsers behind a validating resolver find no host.",
		"Signatures that ended since the signer stopped; a DS at the parent for a key "
		"that the zone no longer has; a secondary that serves an old copy; a clock that "
		"is wrong, at the signer or here.",
		"Look at which name and record failed in the output. Sign the zone again, or "
		"make the DS at the registrar fit its keys. The record itself is not at fault." },
	[CODE_MISMATCH] = {
		"There are usable TLSA records, and none of them matches the certificates that "
		"this address presents.",
		"Mail servers that check DANE don't deliver there until it is mended.",
		"The certificate was renewed with a new key and the record is still the old "
		"one's; a server wasn't reloaded, or one address of several has another "
		"certificate.",
		"Publish the record of the key that is presented beside the old one (the output "
		"has it), or bring the key of the record back under the server. Then keep the "
		"key at renewals: daneprobe new, or certbot's --reuse-key." },
	[CODE_NAME_MISMATCH] = {
		"A record matches a certificate of the chain, but no name in the server's "
		"certificate is one that clients look for.",
		"For usages 0, 1 and 2 the name has to fit, so that clients refuse the server.",
		"A certificate for another host, or a TLSA record with usage 2 at a host whose "
		"certificate was issued for the domain or the other way round.",
		"Get a certificate with that name in it, or publish 3 1 1, for which names "
		"don't count." },
	[CODE_EXPIRED] = {
		"A certificate that the matching record relies on is outside its dates.",
		"With usages 0, 1 and 2 clients refuse it. With 3 the dates don't count.",
		"A renewal that failed or whose result the server never loaded; a clock that is "
		"wrong.",
		"Renew the certificate and reload the server; look at its dates in the output." },
	[CODE_PKIX_FAILED] = {
		"A record with usage 0 or 1 matches, but the chain leads to no CA that is "
		"trusted here.",
		"These usages demand a valid public chain as well as the record.",
		"An intermediate certificate that the server doesn't send; a private CA.",
		"Send the whole chain, or publish 3 1 1 or 2 1 1, which ask for no public CA." },
	[CODE_UNUSABLE] = {
		"TLSA records are there, but no client can use any of them.",
		"A mail server then demands TLS without being able to check whom it talks to.",
		"An unknown usage, selector or matching type; a digest of the wrong length; "
		"usage 0 or 1 at a mail server.",
		"Publish a 3 1 1 record: daneprobe record makes it from the certificate." },
	[CODE_NO_TLSA] = {
		"The signed zone proves that there is no TLSA record at that name.",
		"Clients do as if there was no DANE: that is no failure of theirs.",
		"It was never published, or at another name: a port, a host behind an alias.",
		"Publish it at the name in the output: daneprobe record makes it from the "
		"certificate, daneprobe new keeps it right." },
	[CODE_INSECURE] = {
		"No chain of trust leads from the root to the record that decides.",
		"A TLSA record that isn't signed counts for nothing.",
		"The zone isn't signed, or its DS isn't at the parent; the MX or the address of "
		"the host is in another zone that isn't signed.",
		"Sign the zone that the output names, and have its DS entered by the registrar." },
	[CODE_STARTTLS_REFUSED] = {
		"The server was reached and spoke, but doesn't begin TLS.",
		"With a TLSA record in DNS mail servers don't deliver without TLS.",
		"STARTTLS isn't configured on that port, or a firewall takes it out of the "
		"server's answer.",
		"Turn it on; look at the server's answer in the output." },
	[CODE_TRY_LATER] = {
		"A mail server put us off, twice.",
		"Other mail servers come again later, so that nothing is lost yet.",
		"Greylisting, load, a limit on connections, a blocklist that has this host.",
		"Check again later or from another host." },
	[CODE_TLS_FAILED] = {
		"The TLS handshake broke off.",
		"Clients can't talk to it.",
		"The server speaks something else on that port, only old versions of TLS, or "
		"refuses the name or the kinds of keys that are asked for.",
		"The output has what came instead; try openssl s_client with the same name." },
	[CODE_CONNECT_FAILED] = {
		"The connection was refused, reset or found no way.",
		"Clients of that address fail in the same way.",
		"The service is stopped, listens elsewhere, or a firewall rejects the port.",
		"See that it listens at each address that DNS has, or take the address out." },
	[CODE_TIMEOUT] = {
		"The server didn't answer within the time.",
		"Clients wait longer, and then fail.",
		"A firewall that drops packets, a host that is down, a service that hangs.",
		"See that it answers at each address that DNS has; -t gives it more time." },
	[CODE_HTTP_FAILED] = {
		"DANE holds, but the page that was asked for didn't answer as expected.",
		"The service behind TLS is at fault.",
		"A status or a text other than that given by --expect-status or --expect-body.",
		"Look at the page." },
	[CODE_NXDOMAIN] = {
		"There is no host of that name in DNS.",
		"Nobody can connect to it.",
		"A name that is typed wrong, an MX or SRV record that names a host that is gone.",
		"Correct the name, or the record that leads there." },
	[CODE_NO_ADDRESS] = {
		"The host is there, and has no address.",
		"Nobody can connect to it.",
		"Its A and AAAA records were taken out; with -4 or -6 one kind isn't looked at.",
		"Add an address, or take out what leads there." },
	[CODE_NO_SERVICE] = {
		"The domain says that it doesn't offer this service.",
		"There is nothing to check.",
		"A null MX, an SRV record with the target \".\", or no such SRV record.",
		"None where that is meant." },
	[CODE_BAD_TARGET] = {
		"The target can't be read.",
		"Nothing was checked.",
		"A scheme that isn't known, an address in place of a name.",
		"daneprobe check --help has the forms." },
	[CODE_DNS_ERROR] = {
		"DNS gave no answer that says anything.",
		"Nothing is known about the service.",
		"A resolver that isn't reached, name servers that don't answer or answer with "
		"an error.",
		"Look at which server and name failed; try --recurse or another --resolver." },
	[CODE_NO_ROUTE] = {
		"This host has no way to any address of the service.",
		"That says nothing about the service.",
		"No IPv6 here, and the service has nothing else.",
		"Check from a host that has it." },
	[CODE_NOT_FETCHED] = {
		"This host can't fetch the page that was asked for.",
		"That says nothing about the service.",
		"libcurl is missing here, or can't pin a key.",
		"Install it, or leave the page out." },
	[CODE_STOPPED] = {
		"The check ended before it was done.",
		"Nothing is known about the rest.",
		"A signal, or a target that made a library stand still.",
		"Check it again, by itself." },
	[CODE_NOT_PROBED] = {
		"Only DNS was asked: --lookup-only.",
		"Nothing is known about the servers.",
		"That option.",
		"Check without it." },
	[CODE_MATCH] = {
		"Every address presents a certificate that a usable record matches.",
		"Clients that check DANE get through.",
		"All is well.",
		"None." },
};

static const struct explanation findings[FINDING_COUNT] = {
	[FINDING_CERT_EXPIRING] = {
		"A certificate whose dates count for clients ends soon.",
		"After that clients refuse it; DANE-EE(3) doesn't ask for dates, others do.",
		"A renewal that is due, or fails.",
		"Renew it, and see that the server loads the new one. -w and -c set the limits." },
	[FINDING_RRSIG_EXPIRING] = {
		"A DNSSEC signature that the verdict hangs on ends soon, by its own measure.",
		"When it has ended, validating clients get no answer at all.",
		"A signer that stopped, a secondary that no longer gets the zone.",
		"See that the zone is signed again and reaches every name server." },
	[FINDING_SLOW] = {
		"The check took longer than --warn-time or --crit-time.",
		"Clients wait as long.",
		"Load, a slow name server, a far address.",
		"-v has the time of each phase." },
	[FINDING_COMBINATION_STALE] = {
		"No record of one combination of usage, selector and matching type matches, "
		"while one of another combination does.",
		"A client that supports or prefers the one that doesn't match fails.",
		"A rollover that renewed the records of one combination and forgot the others.",
		"Renew the records of every combination, or take out those that don't match." },
	[FINDING_ANCHOR_ONLY_IN_DNS] = {
		"The record has a whole certificate or key, which the server doesn't send.",
		"Some clients take it from DNS, others want it in the chain.",
		"A 2 x 0 record of a CA that the server leaves out.",
		"Send the CA's certificate, too." },
	[FINDING_RESOLVER_NO_DNSSEC] = {
		"The system's resolver doesn't deliver DNSSEC, so that the root was asked.",
		"Programs on this host that rely on it can't check DANE.",
		"A router or a cloud's resolver that strips signatures.",
		"Run a validating resolver here, such as unbound." },
	[FINDING_IPV6_UNREACHABLE] = {
		"This host has no IPv6, so that the IPv6 addresses weren't probed.",
		"Nothing is known about them.",
		"No route here.",
		"Check from a host that has one." },
	[FINDING_IPV4_UNREACHABLE] = {
		"This host has no IPv4, so that the IPv4 addresses weren't probed.",
		"Nothing is known about them.",
		"No route here.",
		"Check from a host that has one." },
	[FINDING_KEY_TYPE_DIFFERS] = {
		"Addresses of one service present keys of different kinds.",
		"Clients of each address need the record of its key.",
		"Servers that are set up apart from each other.",
		"Give all of them the same keys, or publish records of both." },
	[FINDING_EE_SELECTOR_0] = {
		"A record with usage 3 or 1 has the digest of the whole certificate.",
		"It breaks with the next renewal, even if the key stays.",
		"A record that was made with selector 0.",
		"Replace it by 3 1 1, which only changes with the key." },
	[FINDING_FULL_DATA] = {
		"A record holds a whole certificate or key in place of a digest.",
		"DNS answers become large, and some clients don't take them.",
		"Matching type 0.",
		"Publish a digest: matching type 1." },
	[FINDING_CN_FALLBACK] = {
		"The certificate has no subjectAltName; its common name was taken.",
		"Clients of today refuse such a certificate where the name counts.",
		"An old or home-made certificate.",
		"Have one made with a subjectAltName." },
	[FINDING_NAME_IGNORED] = {
		"The certificate's names don't fit; by DANE-EE(3) they don't count.",
		"Clients without DANE would refuse it.",
		"A certificate that was made for another host.",
		"None for DANE; a fitting name helps the others." },
	[FINDING_DATES_IGNORED] = {
		"The certificate is outside its dates; by DANE-EE(3) they don't count.",
		"Clients without DANE refuse it.",
		"A renewal that was forgotten.",
		"None for DANE; a renewal helps the others." },
	[FINDING_UNUSABLE_RECORD] = {
		"Some records can't be used by any client, others can.",
		"They do no harm and no good.",
		"An unknown type, a digest of the wrong length, usage 0 or 1 for mail.",
		"Take them out." },
	[FINDING_DIFFERENT_CHAINS] = {
		"Addresses of one service present different certificates.",
		"Each has to match by itself.",
		"A server that wasn't reloaded, or that is set up apart.",
		"See that all of them have the same certificate." },
	[FINDING_HTTP_SKIPPED] = {
		"The page wasn't fetched, since the server presents a raw public key.",
		"Nothing is known about the page.",
		"RFC 7250's raw public keys.",
		"Check without the page, or with a certificate." },
	[FINDING_NULL_BESIDE] = {
		"A record says that the service isn't offered, and others say where it is.",
		"Clients differ in what they make of that.",
		"A null MX or an SRV target \".\" that was left behind.",
		"Take out the one that isn't meant." },
	[FINDING_START_ASSUMED] = {
		"How this service begins TLS isn't known; TLS at once was assumed.",
		"If it begins otherwise, the check says nothing.",
		"A service name of srv:// that isn't in the table.",
		"Check the host with tls:// or with the scheme that fits." },
	[FINDING_MTA_DEFERS] = {
		"A mail server that checks DANE doesn't deliver to one of the MX hosts.",
		"Mail goes to another MX host, or waits.",
		"Records that don't match at that host.",
		"Mend that host's records." },
	[FINDING_MTA_UNAUTHENTICATED] = {
		"A mail server delivers to one of the MX hosts without checking it by DANE.",
		"Who can change DNS answers or the network on the way can read that mail.",
		"An MX host without TLSA, or in a zone that isn't signed.",
		"Give that host a record, in a signed zone." },
	[FINDING_MX_LOOPBACK] = {
		"An MX host has an address of the sender itself.",
		"Mail servers take that for a loop, and don't deliver.",
		"127.0.0.1, ::1 or 0.0.0.0 in DNS.",
		"Take the record out; for \"no mail\" there is the null MX." },
	[FINDING_CLIENT_CERTIFICATE_DEMANDED] = {
		"The server hangs up on clients without a certificate of their own.",
		"What it presented was judged; nothing behind it was seen.",
		"Client certificates are required there.",
		"None where that is meant." },
	[FINDING_KEY_USAGE_ODD] = {
		"The certificate's keyUsage forbids the signature that TLS makes with its key.",
		"Strict clients refuse it.",
		"A certificate that was made for another purpose.",
		"Have one made with digitalSignature." },
	[FINDING_NOTHING_LISTENS] = {
		"A record is there for a port on which nothing listens.",
		"It does no harm, and nobody is helped.",
		"A wildcard's records, or a service that is gone.",
		"Take it out, or start the service." },
	[FINDING_MAIL_DOMAIN] = {
		"The name has no TLSA record, and has MX records.",
		"Mail servers look for TLSA at the MX hosts, not at the domain.",
		"The domain was given where its mail service was meant.",
		"Check mx://DOMAIN." },
};
/* clang-format on */

const struct explanation *explanation_of_code(enum code code)
{
	return &codes[code];
}

const struct explanation *explanation_of_finding(enum finding_id id)
{
	return &findings[id];
}
