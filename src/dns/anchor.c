/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"

#define FILE_MAX_BYTES 65536 /* a root anchor file has a few lines */
#define SET_MAX 32

#define KSK_2017_TAG 20326
#define KSK_2024_TAG 38696

/* https://data.iana.org/root-anchors/root-anchors.xml */
static const char ksk_2017[] =
	". IN DS 20326 8 2 "
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
static const char ksk_2024[] =
	". IN DS 38696 8 2 "
	"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16";

static const char *const system_files[] = {
	"/var/lib/unbound/root.key",		  /* kept by unbound-anchor */
	"/usr/share/dns/root.key",		  /* Debian dns-root-data */
	"/usr/share/dnssec-root/trusted-key.key", /* Alpine */
	"/etc/unbound/root.key",
};

static void add(struct anchor_set *set, const char *text)
{
	set->text = mem_grow(set->text, set->count, sizeof(*set->text));
	set->text[set->count++] = mem_text(text);
}

void anchor_set_clear(struct anchor_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->text[i]);
	free(set->text);
	*set = (struct anchor_set){ 0 };
}

/* unbound writes ";;state=2 [  VALID  ]" behind each key; 2 valid, 3 missing but still
 * trusted (RFC 5011 section 4.2), the others not. */
static bool state_is_trusted(const char *line)
{
	const char *state = strstr(line, ";;state=");

	return !state || state[8] == '2' || state[8] == '3';
}

static bool is_anchor(const ldns_rr *rr)
{
	ldns_rr_type type = ldns_rr_get_type(rr);

	if (ldns_dname_label_count(ldns_rr_owner(rr)) != 0)
		return false;
	return type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_DNSKEY;
}

static void take_line(struct anchor_set *set, const char *line)
{
	ldns_rr *rr = NULL;
	char *text;

	if (set->count == SET_MAX || !state_is_trusted(line))
		return;
	if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
		return;
	if (is_anchor(rr)) {
		text = ldns_rr2str(rr);
		if (text)
			add(set, text);
		free(text);
	}
	ldns_rr_free(rr);
}

static int load(const char *path, struct anchor_set *set, struct why *why)
{
	char *data, *line, *next;
	size_t len;
	int rc = file_read(path, FILE_MAX_BYTES, &data, &len, why);

	if (rc < 0)
		return rc;
	for (line = data; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take_line(set, line);
	}
	free(data);
	set->source = path;
	if (set->count)
		return 0;
	return why_set(why, DP_EFORMAT, "no DS or DNSKEY record of the root in %s", path);
}

static bool has_tag(const struct anchor_set *set, unsigned tag)
{
	ldns_rr *rr;
	bool found = false;
	size_t i;

	for (i = 0; i < set->count && !found; i++) {
		if (ldns_rr_new_frm_str(&rr, set->text[i], 0, NULL, NULL) !=
		    LDNS_STATUS_OK)
			continue;
		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS)
			found = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0)) == tag;
		else
			found = ldns_calc_keytag(rr) == tag;
		ldns_rr_free(rr);
	}
	return found;
}

/* A host installed before the rollover of October 2026 may only know the key that no
 * longer signs: every domain would look bogus. */
static void mend_old_system_file(struct anchor_set *set)
{
	if (!has_tag(set, KSK_2017_TAG) || has_tag(set, KSK_2024_TAG))
		return;
	log_info("%s lacks the root key %d: using the built-in one too", set->source,
		 KSK_2024_TAG);
	add(set, ksk_2024);
}

int anchor_set_load(const char *path, struct anchor_set *ret_set, struct why *why)
{
	struct anchor_set set = { 0 };
	size_t i;
	int rc;

	if (path) {
		rc = load(path, &set, why);
		if (rc < 0)
			anchor_set_clear(&set);
		else
			*ret_set = set;
		return rc;
	}
	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++) {
		if (load(system_files[i], &set, NULL) == 0) {
			mend_old_system_file(&set);
			*ret_set = set;
			return 0;
		}
		anchor_set_clear(&set);
	}
	add(&set, ksk_2017);
	add(&set, ksk_2024);
	set.source = "built in";
	*ret_set = set;
	return 0;
}
