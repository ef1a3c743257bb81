/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/key_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dane/tlsa.h"

enum key_type key_report_type(const char *word)
{
	const char *p = KEY_TYPES;
	size_t len = strlen(word);
	int type = 0;

	while (strncmp(p, word, len) != 0 || (p[len] != '|' && p[len] != '\0')) {
		p = strchr(p, '|') + 1;
		type++;
	}
	return (enum key_type)type;
}

void key_report_warn(enum key_type type)
{
	if (type == KEY_ED25519)
		log_warn("no public CA signs Ed25519 keys, and many clients don't know "
			 "them; "
			 "the key works with DANE-EE(3) and a certificate of your own");
}

int key_report(const char *path, const struct key *key, struct why *why)
{
	gnutls_datum_t public = { 0 };
	struct tlsa rr = { 0 };
	char *text, *name;
	int rc;

	rc = key_public(key, &public, why);
	if (rc < 0)
		return rc;
	rc = tlsa_from_octets(TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, public.data,
			      public.size, &rr, why);
	gnutls_free(public.data);
	if (rc < 0)
		return rc;
	text = tlsa_to_text(&rr);
	name = log_escape(path, strlen(path));
	printf("%s  %s\n", name, text);
	free(name);
	free(text);
	tlsa_clear(&rr);
	return 0;
}
