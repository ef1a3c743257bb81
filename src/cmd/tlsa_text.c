/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/tlsa_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "dns/rrtype.h"

#define BLANKS " \t\r"
#define NAME_SIZE 1100		    /* the longest owner, every octet written \\DDD */
#define LINE_MAX_BYTES (256 * 1024) /* the longest record in hex, with blanks */

static int append_record(struct tlsa_text *list, struct tlsa *take_rr, struct why *why)
{
	if (list->count == TLSA_TEXT_RECORDS_MAX) {
		tlsa_clear(take_rr);
		return why_set(why, DP_ELIMIT, "more than %d records",
			       TLSA_TEXT_RECORDS_MAX);
	}
	list->rr = mem_grow(list->rr, list->count, sizeof(*list->rr));
	list->rr[list->count++] = *take_rr;
	return 0;
}

/* One word of a line; returns what follows it and the blanks behind. */
static const char *next_word(const char *p, char *word, size_t size)
{
	size_t len = strcspn(p, BLANKS), kept = len < size ? len : size - 1;

	memcpy(word, p, kept);
	word[kept] = '\0';
	return p + len + strspn(p + len, BLANKS);
}

/* Records of several services in one file would let a wrong one match. */
static int note_owner(struct tlsa_text *list, const char *owner, struct why *why)
{
	size_t len = strlen(owner);
	char *name = mem_text_n(owner, len && owner[len - 1] == '.' ? len - 1 : len);
	int rc = 0;

	if (!list->owner) {
		list->owner = name;
		return 0;
	}
	if (strcasecmp(list->owner, name))
		rc = why_set(why, DP_EINVAL,
			     "the owner is %s, that of the records before is %s: give "
			     "those of one service only",
			     name, list->owner);
	free(name);
	return rc;
}

/* RFC 3597: the number of octets, then as many in hex. */
static int parse_generic(const char *p, struct tlsa *ret_rr, struct why *why)
{
	uint8_t *octets = NULL;
	int64_t want = 0;
	char word[8];
	size_t len = 0;
	int rc;

	p = next_word(p, word, sizeof(word));
	rc = number_parse(word, 0, TLSA_DATA_MAX + 3, &want, why);
	if (rc == 0)
		rc = hex_decode(p, &octets, &len, why);
	if (rc < 0)
		return rc;
	if (len != (size_t)want)
		rc = why_set(why, DP_EFORMAT, "%zu octets where %zu are announced", len,
			     (size_t)want);
	else
		rc = tlsa_from_rdata(octets, len, ret_rr, why);
	free(octets);
	return rc;
}

static int add_data(struct tlsa_text *list, const char *p, struct why *why)
{
	struct tlsa rr = { 0 };
	int rc;

	if (p[0] == '\\' && p[1] == '#')
		rc = parse_generic(p + 2 + strspn(p + 2, BLANKS), &rr, why);
	else
		rc = tlsa_parse(p, &rr, why);
	return rc < 0 ? rc : append_record(list, &rr, why);
}

/* TTLs as BIND writes them, too: 3600, 1h30m. */
static bool is_ttl_or_class(const char *word)
{
	if (!strcasecmp(word, "IN") || !strcasecmp(word, "CH"))
		return true;
	return isdigit((unsigned char)*word) &&
	       strspn(word, "0123456789smhdwSMHDW") == strlen(word);
}

/* Reads owner, TTL and class, then the type and its data; looks only into data of our
 * type. */
static int add_zone_line(struct tlsa_text *list, const char *line, bool has_owner,
			 struct why *why)
{
	char owner[NAME_SIZE] = "", type[24];
	const char *p = line;
	int i, rc = 0;

	if (has_owner)
		p = next_word(p, owner, sizeof(owner));
	if (!*p && *owner && owner[strlen(owner) - 1] == '.')
		return 0; /* a name: an alias, as dig +short prints it before the records
			   */
	p = next_word(p, type, sizeof(type));
	for (i = 0; i < 2 && is_ttl_or_class(type); i++)
		p = next_word(p, type, sizeof(type));
	if (!strcasecmp(type, "TLSA") || !strcasecmp(type, "TYPE52")) {
		if (has_owner)
			rc = note_owner(list, owner, why);
		return rc < 0 ? rc : add_data(list, p, why);
	}
	if (*type && rrtype_is_type(type))
		return 0;
	return why_set(why, DP_EFORMAT, "'%s' is no TLSA record", line);
}

int tlsa_text_add(struct tlsa_text *list, const char *line, struct why *why)
{
	const char *p = line + strspn(line, BLANKS);
	bool has_owner = p == line;
	char word[NAME_SIZE];

	if (!*p || *p == ';' || *p == '#' || *p == '$')
		return 0;
	if (tlsa_is_record_text(p))
		return add_data(list, p, why);
	next_word(p, word, sizeof(word));
	if (!strcasecmp(word, "TLSA")) /* some web forms show it so */
		has_owner = false;
	else if (strchr(word, '.')) /* a pasted line that is indented */
		has_owner = true;
	return add_zone_line(list, p, has_owner, why);
}

/* Copies one line, its comment left out and its parentheses blanked; depth is how many
 * are open after it. */
static bool join_line(struct buf *b, const char *line, size_t len, int *depth)
{
	bool fits = true;
	size_t i;

	for (i = 0; i < len && line[i] != ';'; i++) {
		char c = line[i];

		if (c == '(')
			++*depth;
		else if (c == ')' && *depth)
			--*depth;
		fits = buf_add(b, c == '(' || c == ')' || c == '\r' ? " " : &c, 1) &&
		       fits;
	}
	return buf_add(b, " ", 1) && fits;
}

int tlsa_text_add_file(struct tlsa_text *list, const char *text, struct why *why)
{
	struct why inner = { "" };
	size_t number = 0, len;
	int rc = 0, depth = 0;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	while (rc == 0 && *text) {
		number++;
		len = strcspn(text, "\n");
		if (!join_line(&b, text, len, &depth))
			rc = why_set(&inner, DP_ELIMIT, "longer than any record");
		text += len + (text[len] == '\n');
		if (rc == 0 && depth && *text)
			continue;
		if (rc == 0)
			rc = tlsa_text_add(list, buf_str(&b), &inner);
		buf_reset(&b);
	}
	buf_clear(&b);
	return rc < 0 ? why_set(why, rc, "line %zu: %s", number, inner.text) : 0;
}

void tlsa_text_clear(struct tlsa_text *list)
{
	while (list->count)
		tlsa_clear(&list->rr[--list->count]);
	free(list->rr);
	free(list->owner);
	*list = (struct tlsa_text){ 0 };
}
