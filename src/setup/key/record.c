/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/defect.h"
#include "setup/key/csr.h"
#include "setup/key/key.h"
#include "target/hostname.h"
#include "target/service.h"
#include "target/target.h"

void record_source_clear(struct record_source *source)
{
	free(source->cert);
	free(source->key);
	free(source->defect);
	*source = (struct record_source){ 0 };
}

int record_source_key(const char *path, struct record_source *ret_source, struct why *why)
{
	gnutls_datum_t public = { 0 };
	struct key *key = NULL;
	int rc;

	rc = key_load(path, &key, why);
	if (rc == 0)
		rc = key_public(key, &public, why);
	key_free(key);
	if (rc < 0)
		return rc;
	*ret_source = (struct record_source){ .key = mem_copy(public.data, public.size),
					      .key_len = public.size };
	gnutls_free(public.data);
	return 0;
}

int record_source_csr(const char *path, struct record_source *ret_source, struct why *why)
{
	gnutls_datum_t der = { 0 }, public = { 0 };
	int rc;

	rc = csr_load(path, &der, &public, why);
	if (rc < 0)
		return rc;
	*ret_source = (struct record_source){ .key = mem_copy(public.data, public.size),
					      .key_len = public.size };
	gnutls_free(der.data);
	gnutls_free(public.data);
	return 0;
}

/* Usages 0 and 2 name an issuer: chooses the first of several certificates that is a
 * CA's. */
static size_t choose_cert(const struct chain *chain, uint8_t usage)
{
	size_t i;

	if (usage == TLSA_PKIX_TA || usage == TLSA_DANE_TA)
		for (i = 0; i < chain->count; i++)
			if (chain_is_ca(&chain->cert[i]))
				return i;
	return 0;
}

static char *tell_defect(const struct chain *chain)
{
	struct defect defect;

	return defect_find(chain, &defect) ? defect_explain(&defect, chain, NULL, 0)
					   : NULL;
}

int record_source_chain(const struct chain *chain, uint8_t usage,
			struct record_source *ret_source, struct why *why)
{
	size_t depth = choose_cert(chain, usage);
	const struct chain_cert *cert = &chain->cert[depth];
	gnutls_datum_t der = chain_select(cert, TLSA_CERT);
	gnutls_datum_t key = chain_select(cert, TLSA_SPKI);

	if (!key.data)
		return why_set(why, DP_EFORMAT, "certificate %zu can't be parsed", depth);
	*ret_source = (struct record_source){
		.cert = chain->raw_key ? NULL : mem_copy(der.data, der.size),
		.cert_len = chain->raw_key ? 0 : der.size,
		.key = mem_copy(key.data, key.size),
		.key_len = key.size,
		.is_ca = chain_is_ca(cert),
		.depth = depth,
		.defect = tell_defect(chain),
	};
	return 0;
}

int record_source_cert(const void *data, size_t len, uint8_t usage,
		       struct record_source *ret_source, struct why *why)
{
	struct chain chain = { 0 };
	int rc = chain_from_file(data, len, &chain, why);

	if (rc < 0)
		return rc;
	rc = record_source_chain(&chain, usage, ret_source, why);
	chain_clear(&chain);
	return rc;
}

bool record_is_among(const char *owner, const struct tlsa *rr, const struct record *list,
		     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i].owner, owner) && tlsa_equal(&list[i].rr, rr))
			return true;
	return false;
}

int record_check_target(const struct target *target, struct why *why)
{
	if (target->service->discovery == SERVICE_MX)
		return why_set(
			why, DP_EINVAL,
			"the records of mx://%s stand at its MX hosts: give each as "
			"smtp://HOST",
			target->host);
	if (target->service->discovery == SERVICE_PORTS)
		return why_set(
			why, DP_EINVAL,
			"host://%s is for checks: it finds the services that have TLSA "
			"records already; name each service as SCHEME://HOST:PORT",
			target->host);
	if (target->service->discovery == SERVICE_SRV)
		return why_set(
			why, DP_EINVAL,
			"the records of srv://%s stand at its SRV targets: give each as "
			"SCHEME://HOST:PORT",
			target->host);
	return 0;
}

int record_owner(const struct target *target, char **ret_owner, struct why *why)
{
	char *owner;
	int rc = record_check_target(target, why);

	if (rc < 0)
		return rc;
	owner = mem_printf("_%d._tcp.%s.", target->port, target->host);
	if (strlen(owner) > HOSTNAME_MAX + 1) {
		free(owner);
		return why_set(why, DP_EINVAL,
			       "%s is too long a name to have TLSA records",
			       target->host);
	}
	*ret_owner = owner;
	return 0;
}

int record_make(const struct target *target, const struct record_source *source,
		uint8_t usage, uint8_t selector, uint8_t mtype, uint32_t ttl,
		struct record *ret_record, struct why *why)
{
	const uint8_t *octets = selector == TLSA_CERT ? source->cert : source->key;
	size_t len = selector == TLSA_CERT ? source->cert_len : source->key_len;
	struct record r = { .ttl = ttl };
	int rc;

	if (!octets)
		return why_set(
			why, DP_EINVAL,
			selector == TLSA_CERT
				? "selector 0 covers a whole certificate, and there is "
				  "only a key: use --cert, or selector 1"
				: "the certificate has no key that can be read");
	rc = record_owner(target, &r.owner, why);
	if (rc == 0)
		rc = tlsa_from_octets(usage, selector, mtype, octets, len, &r.rr, why);
	if (rc < 0) {
		record_clear(&r);
		return rc;
	}
	*ret_record = r;
	return 0;
}

void record_clear(struct record *record)
{
	free(record->owner);
	tlsa_clear(&record->rr);
	*record = (struct record){ 0 };
}

static char *record_line(const char *lead, const struct record *record)
{
	char *text = tlsa_to_text(&record->rr);
	char *whole = mem_printf("%s%s %u IN TLSA %s", lead, record->owner,
				 (unsigned)record->ttl, text);

	free(text);
	return whole;
}

char *record_zone_line(const struct record *record)
{
	return record_line("", record);
}

char *record_update_line(const struct record *record)
{
	return record_line("update add ", record);
}

char *record_generic_line(const struct record *record)
{
	const struct tlsa *rr = &record->rr;
	char *hex = hex_encode(rr->data, rr->len);
	char *text = mem_printf("%s %u IN TYPE52 \\# %zu %02x%02x%02x%s", record->owner,
				(unsigned)record->ttl, rr->len + 3, (unsigned)rr->usage,
				(unsigned)rr->selector, (unsigned)rr->mtype, hex);

	free(hex);
	return text;
}

json_t *record_json_object(const struct record *record)
{
	const struct tlsa *rr = &record->rr;
	char *hex = hex_encode(rr->data, rr->len);
	json_t *o = json_pack("{s:s, s:i, s:i, s:i, s:i, s:s}", "name", record->owner,
			      "ttl", (int)record->ttl, "usage", rr->usage, "selector",
			      rr->selector, "mtype", rr->mtype, "data", hex);

	free(hex);
	return o;
}

char *record_json(const struct record *record)
{
	json_t *o = record_json_object(record);
	char *dump = json_dumps(o, JSON_COMPACT), *text = mem_text(dump);

	free(dump);
	json_decref(o);
	return text;
}

char *record_owner_in_zone(const struct record *record, const char *zone)
{
	size_t owner_len = strlen(record->owner) - 1, zone_len = strlen(zone);

	if (owner_len <= zone_len + 1 ||
	    strncmp(record->owner + owner_len - zone_len, zone, zone_len) ||
	    record->owner[owner_len - zone_len - 1] != '.')
		return NULL;
	return mem_text_n(record->owner, owner_len - zone_len - 1);
}

/* Second-level labels below which countries register names. */
static bool is_registry_label(const char *label, size_t len)
{
	static const char *const labels[] = { "ac",  "co", "com", "edu", "go",
					      "gov", "ne", "net", "or",	 "org" };
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strlen(labels[i]) == len && !strncmp(labels[i], label, len))
			return true;
	return false;
}

char *record_guess_zone(const struct record *record)
{
	const char *host = strstr(record->owner, "._tcp.") + 6;
	const char *end = record->owner + strlen(record->owner) - 1;
	const char *start[4] = { end };
	size_t labels = 0, want = 2;
	const char *p;

	for (p = end; p > host && labels < 3; p--)
		if (p[-1] == '.' && p != end)
			start[++labels] = p;
	if (labels < 3)
		start[++labels] = host;
	if (labels > 2 && end - start[1] == 2 &&
	    is_registry_label(start[2], (size_t)(start[1] - start[2] - 1)))
		want = 3;
	p = start[labels < want ? labels : want];
	return mem_text_n(p, (size_t)(end - p));
}
