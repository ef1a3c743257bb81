/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"

#define FILE_MAX_BYTES 65536 /* a root anchor file has a few lines */
#define SET_MAX 32
#define WORDS_MAX 64	   /* of one line: a key may be written in pieces */
#define DATA_TEXT_MAX 8192 /* of one record in hex or base64; keys have under 1 KiB */
#define KEY_PROTOCOL 3	   /* RFC 4034 section 2.1.2: no other is valid */

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

/* What DS and DNSKEY have in common: three numbers, then octets. */
struct record {
	bool is_key;
	int64_t number[3]; /* tag, algorithm, digest type; flags, protocol, algorithm */
	uint8_t *data;	   /* owned */
	size_t len;
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

/* unbound writes ";;state=2 [  VALID  ]" behind each key; 2 valid, 3 missing but still
 * trusted (RFC 5011 section 4.2), the others not. */
static bool state_is_trusted(const char *line)
{
	const char *state = strstr(line, ";;state=");

	return !state || state[8] == '2' || state[8] == '3';
}

uint16_t anchor_key_tag(const uint8_t *rdata, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static uint16_t tag_of(const struct record *r)
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

static void add_key_text(struct anchor_set *set, const struct record *r)
{
	char *data =
		r->is_key ? base64_encode(r->data, r->len) : hex_encode(r->data, r->len);

	set->text = mem_grow(set->text, set->count, sizeof(*set->text));
	set->tag = mem_grow(set->tag, set->count, sizeof(*set->tag));
	set->tag[set->count] = tag_of(r);
	set->text[set->count++] =
		mem_printf(". IN %s %d %d %d %s", r->is_key ? "DNSKEY" : "DS",
			   (int)r->number[0], (int)r->number[1], (int)r->number[2], data);
	free(data);
}

/* Cuts a line into its words, up to a comment; parentheses are blanks. */
static size_t split_words(char *line, char *word[WORDS_MAX])
{
	static const char blanks[] = " \t\r()";
	size_t count = 0;

	line[strcspn(line, ";")] = '\0';
	for (line += strspn(line, blanks); *line && count < WORDS_MAX;
	     line += strspn(line, blanks)) {
		word[count++] = line;
		line += strcspn(line, blanks);
		if (*line)
			*line++ = '\0';
	}
	return *line ? 0 : count;
}

/* Which word is the type, behind owner, TTL and class in either order. */
static size_t find_type(char *const *word, size_t count)
{
	bool ttl = false, class = false;
	int64_t seconds;
	size_t i;

	for (i = 1; i < count; i++) {
		if (!class && !strcasecmp(word[i], "IN"))
			class = true;
		else if (!ttl && !number_parse(word[i], 0, UINT32_MAX, &seconds, NULL))
			ttl = true;
		else
			break;
	}
	return i;
}

/* The lengths of the digests that we know (RFC 4034, 4509, 6605). */
static bool digest_fits(const struct record *r)
{
	switch (r->number[2]) {
	case 1:
		return r->len == 20;
	case 2:
		return r->len == 32;
	case 4:
		return r->len == 48;
	}
	return r->len > 0;
}

static bool read_numbers(struct record *r, char *const *word)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (number_parse(word[i], 0, i ? 255 : 65535, &r->number[i], NULL) < 0)
			return false;
	return !r->is_key || r->number[1] == KEY_PROTOCOL;
}

static bool read_data(struct record *r, char *const *word, size_t count)
{
	bool fits = true;
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, DATA_TEXT_MAX);
	for (i = 0; i < count; i++)
		fits = fits && buf_text(&b, word[i]);
	if (!fits)
		rc = DP_ELIMIT;
	else if (r->is_key)
		rc = base64_decode(buf_str(&b), &r->data, &r->len, NULL);
	else
		rc = hex_decode(buf_str(&b), &r->data, &r->len, NULL);
	buf_clear(&b);
	return rc == 0 && (r->is_key || digest_fits(r));
}

static bool read_record(struct record *r, char *line)
{
	char *word[WORDS_MAX];
	size_t count = split_words(line, word), type;

	if (!count || strcmp(word[0], "."))
		return false;
	type = find_type(word, count);
	if (count < type + 5)
		return false;
	r->is_key = !strcasecmp(word[type], "DNSKEY");
	if (!r->is_key && strcasecmp(word[type], "DS"))
		return false;
	return read_numbers(r, word + type + 1) &&
	       read_data(r, word + type + 4, count - type - 4);
}

static void take_line(struct anchor_set *set, char *line)
{
	struct record r = { 0 };

	if (set->count == SET_MAX || !state_is_trusted(line))
		return;
	if (read_record(&r, line))
		add_key_text(set, &r);
	free(r.data);
}

void anchor_set_add(struct anchor_set *set, const char *text)
{
	size_t len;
	char *line;

	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		line = mem_text_n(text, len);
		take_line(set, line);
		free(line);
	}
}

static int load_file(const char *path, struct anchor_set *set, struct why *why)
{
	char *data;
	size_t len;
	int rc = file_read(path, FILE_MAX_BYTES, &data, &len, why);

	if (rc < 0)
		return rc;
	anchor_set_add(set, data);
	free(data);
	set->source = path;
	if (set->count)
		return 0;
	return why_set(why, DP_EFORMAT, "no DS or DNSKEY record of the root in %s", path);
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
