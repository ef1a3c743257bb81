/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file_kind.h"
#include "base/hex.h"
#include "base/kept.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "dns/anchor_text.h"
#include "dns/rrtype.h"

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

void anchor_set_clear(struct anchor_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->text[i]);
	free(set->text);
	free(set->tag);
	*set = (struct anchor_set){ 0 };
}

uint16_t anchor_key_tag(const uint8_t *rdata, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static uint16_t tag_of(const struct anchor_text_record *r)
{
	uint8_t *rdata;
	uint16_t tag;

	if (!r->is_key)
		return (uint16_t)r->number[0];
	rdata = mem_zero(4 + r->len);
	rdata[0] = (uint8_t)(r->number[0] >> 8);
	rdata[1] = (uint8_t)r->number[0];
	rdata[2] = (uint8_t)r->number[1];
	rdata[3] = (uint8_t)r->number[2];
	memcpy(rdata + 4, r->data, r->len);
	tag = anchor_key_tag(rdata, 4 + r->len);
	free(rdata);
	return tag;
}

static void add_anchor(void *arg, const struct anchor_text_record *r)
{
	struct anchor_set *set = arg;
	char *data;

	if (set->count == SET_MAX)
		return;
	data = r->is_key ? base64_encode(r->data, r->len) : hex_encode(r->data, r->len);
	set->text = mem_grow(set->text, set->count, sizeof(*set->text));
	set->tag = mem_grow(set->tag, set->count, sizeof(*set->tag));
	set->tag[set->count] = tag_of(r);
	set->text[set->count++] = mem_printf(
		". IN %s %d %d %d %s", rrtype_name(r->is_key ? RRTYPE_DNSKEY : RRTYPE_DS),
		(int)r->number[0], (int)r->number[1], (int)r->number[2], data);
	free(data);
}

void anchor_set_add(struct anchor_set *set, const char *text)
{
	anchor_text_each(text, add_anchor, set);
}

static int refuse_file(const char *path, const char *text, struct why *why)
{
	char *kind = file_kind_explain(
		text, strlen(text), "one with a DS or DNSKEY record of the root", path);
	int rc = kind ? why_set(why, DP_EFORMAT, "%s is %s", path, kind)
		      : why_set(why, DP_EFORMAT,
				"no DS or DNSKEY record of the root in %s", path);

	free(kind);
	return rc;
}

static int load_file(const char *path, struct anchor_set *set, struct why *why)
{
	char *data;
	size_t len;
	int rc = text_file_read(path, FILE_MAX_BYTES, &data, &len, why);

	if (rc < 0)
		return rc;
	anchor_set_add(set, data);
	set->source = path;
	rc = set->count ? 0 : refuse_file(path, data, why);
	free(data);
	return rc;
}

static bool has_tag(const struct anchor_set *set, unsigned tag)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->tag[i] == tag)
			return true;
	return false;
}

/* A host installed before the rollover of October 2026 may only know the key that no
 * longer signs: every domain would look bogus. */
static void mend_old_system_file(struct anchor_set *set)
{
	if (!has_tag(set, KSK_2017_TAG) || has_tag(set, KSK_2024_TAG))
		return;
	log_info("%s lacks the root key %d: using the built-in one too", set->source,
		 KSK_2024_TAG);
	anchor_set_add(set, ksk_2024);
}

void anchor_keep(const char *path)
{
	size_t i;

	(void)kept_add(path, FILE_MAX_BYTES, false, NULL);
	for (i = 0; !path && i < sizeof(system_files) / sizeof(system_files[0]); i++)
		(void)kept_add(system_files[i], FILE_MAX_BYTES, false, NULL);
}

int anchor_set_load(const char *path, struct anchor_set *ret_set, struct why *why)
{
	struct anchor_set set = { 0 };
	size_t i;
	int rc;

	if (path) {
		rc = load_file(path, &set, why);
		if (rc < 0)
			anchor_set_clear(&set);
		else
			*ret_set = set;
		return rc;
	}
	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++) {
		if (load_file(system_files[i], &set, NULL) == 0) {
			mend_old_system_file(&set);
			*ret_set = set;
			return 0;
		}
		anchor_set_clear(&set);
	}
	anchor_set_add(&set, ksk_2017);
	anchor_set_add(&set, ksk_2024);
	set.source = "built in";
	*ret_set = set;
	return 0;
}
