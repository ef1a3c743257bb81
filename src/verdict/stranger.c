/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/stranger.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "dane/name.h"
#include "verdict/facts.h"

#define EPHEMERAL_S (2 * 86400) /* nobody issues certificates for so short a time */
#define POSTFIX_DAYS 36525	/* what `postfix tls` gives to those that it makes */

/* By a part of the subject. */
static const struct known {
	const char *subject;
	bool named; /* it has the host's name, and is a default all the same */
	struct stranger is;
} known[] = {
	{ "CN=TRAEFIK DEFAULT CERT",
	  false,
	  { "Traefik's default certificate",
	    "give Traefik a certificate for that name; its log says why it took none" } },
	{ "CN=Kubernetes Ingress Controller Fake Certificate",
	  false,
	  { "ingress-nginx's default certificate",
	    "see that an Ingress for that host names a Secret with its certificate, and "
	    "that the Secret is in the same namespace" } },
	{ "CN=Plesk",
	  false,
	  { "Plesk's default certificate",
	    "assign the domain its certificate in Plesk, for mail as well as for the "
	    "web" } },
	{ "O=Exim Developers",
	  true,
	  { "a certificate that Exim makes for itself every few hours",
	    "set tls_certificate and tls_privatekey in Exim's configuration to files "
	    "that it can read" } },
	{ "=ssl@",
	  false,
	  { "a self-signed certificate as cPanel makes them",
	    "assign the service its certificate in cPanel (Manage Service SSL "
	    "Certificates)" } },
	{ "O=Dovecot mail server",
	  false,
	  { "the certificate that Dovecot's script made",
	    "set Dovecot's ssl_cert and ssl_key to the service's own" } },
	{ "OU=No SNI provided",
	  false,
	  { "the certificate for clients without SNI", NULL } },
	{ "O=Snake Oil", false, { "a snakeoil certificate, made for tests", NULL } },
	{ "O=Internet Widgits",
	  false,
	  { "a certificate made for tests by OpenSSL", NULL } },
};

static const struct stranger snakeoil = {
	"a self-signed certificate with the name of a machine, as Debian's snakeoil is",
	"let the server use the certificate of the published key instead of "
	"/etc/ssl/certs/ssl-cert-snakeoil.pem"
};
static const struct stranger postfix = {
	"a certificate that Postfix made for itself",
	"set Postfix's smtpd_tls_chain_files, or smtpd_tls_cert_file and "
	"smtpd_tls_key_file, to the service's own"
};
static const struct stranger ephemeral = {
	"a self-signed certificate that the server made for a few hours because it has "
	"none of its own",
	"see in the server's log why it doesn't load its own certificate"
};
static const struct stranger other = { "another site's certificate, or a default one",
				       NULL };

static bool is_self_signed(const struct facts_cert *c)
{
	return c->subject && c->issuer && *c->subject && !strcmp(c->subject, c->issuer);
}

static double life_of(const struct facts_cert *c)
{
	return c->not_before == -1 || c->not_after == -1
		       ? -1
		       : difftime(c->not_after, c->not_before);
}

static bool covers_host(const char *name, const struct facts_endpoint *e)
{
	return (e->host && name_covers(name, strlen(name), e->host)) ||
	       (e->base_domain && name_covers(name, strlen(name), e->base_domain));
}

static bool names_host(const struct facts_cert *leaf, const struct facts_endpoint *e)
{
	size_t i;

	for (i = 0; i < leaf->san_count; i++)
		if (covers_host(leaf->san[i], e))
			return true;
	return leaf->common_name && covers_host(leaf->common_name, e);
}

static bool names_machine(const struct facts_cert *leaf)
{
	const char *cn = leaf->common_name;

	return cn && (!strchr(cn, '.') || !strcmp(cn, "localhost.localdomain"));
}

static const struct stranger *find_known(const struct facts_cert *leaf, bool named)
{
	size_t i;

	for (i = 0; leaf->subject && i < sizeof(known) / sizeof(*known); i++)
		if (strstr(leaf->subject, known[i].subject) && (known[i].named || !named))
			return &known[i].is;
	return NULL;
}

const struct stranger *stranger_find(const struct facts_endpoint *e,
				     const struct facts_cert *leaf)
{
	bool named = names_host(leaf, e), self = is_self_signed(leaf);
	const struct stranger *found = find_known(leaf, named);
	double life = life_of(leaf);

	if (found || !leaf->has_cert)
		return found;
	if (self && life >= 0 && life <= EPHEMERAL_S)
		return &ephemeral;
	if (named || (!leaf->san_count && !leaf->common_name))
		return NULL;
	if (self && life / 86400 >= POSTFIX_DAYS - 1 && life / 86400 <= POSTFIX_DAYS + 1)
		return &postfix;
	return self && names_machine(leaf) ? &snakeoil : &other;
}
