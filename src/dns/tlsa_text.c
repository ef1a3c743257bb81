/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tlsa_text.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"

#define LINE_MAX_BYTES (256 * 1024) /* the longest record in hex, with blanks */

static int append(struct tlsa_text *list, struct tlsa *take_rr, struct why *why)
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

/* Whether the line begins with three numbers and blanks: record data alone. */
static bool is_bare(const char *p)
{
	int i;

	for (i = 0; i < 3; i++) {
		size_t n = strspn(p, "0123456789");

		if (!n || n > 3 || (p[n] && !isspace((unsigned char)p[n])))
			return false;
		p += n;
		p += strspn(p, " \t");
	}
	return strspn(p, "0123456789abcdefABCDEF \t\r") == strlen(p);
}

/* Several services' records in one file would let a wrong one match. */
static int note_owner(struct tlsa_text *list, const ldns_rr *rr, struct why *why)
{
	char *text = ldns_rdf2str(ldns_rr_owner(rr));
	int rc = 0;

	if (!text)
		return why_set(why, DP_EFORMAT, "the owner can't be read");
	if (!list->owner)
		list->owner = mem_text(text);
	else if (strcasecmp(list->owner, text))
		rc = why_set(
			why, DP_EINVAL,
			"the owner is %.150s, that of the records before is %.150s: give "
			"those of one service only",
			text, list->owner);
	free(text);
	return rc;
}

static int take_rdata(struct tlsa_text *list, const ldns_rr *rr, struct why *why)
{
	ldns_buffer *wire = ldns_buffer_new(TLSA_DATA_MAX + 16);
	struct tlsa tlsa = { 0 };
	int rc;

	if (!wire)
		return why_set(why, DP_ELIMIT, "out of memory");
	if (ldns_rr_rdata2buffer_wire(wire, rr) != LDNS_STATUS_OK)
		rc = why_set(why, DP_EFORMAT, "the record's data can't be read");
	else
		rc = tlsa_from_rdata(ldns_buffer_begin(wire), ldns_buffer_position(wire),
				     &tlsa, why);
	ldns_buffer_free(wire);
	return rc < 0 ? rc : append(list, &tlsa, why);
}

static int add_zone_line(struct tlsa_text *list, const char *line, struct why *why)
{
	ldns_rr *rr = NULL;
	ldns_status status;
	int rc = 0;

	status = ldns_rr_new_frm_str(&rr, line, 3600, NULL, NULL);
	if (status != LDNS_STATUS_OK)
		return why_set(why, DP_EFORMAT, "'%.80s' is no TLSA record: %s", line,
			       ldns_get_errorstr_by_id(status));
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_TLSA) {
		rc = note_owner(list, rr, why);
		if (rc == 0)
			rc = take_rdata(list, rr, why);
	}
	ldns_rr_free(rr);
	return rc;
}

/* "TLSA 3 1 1 HEX" without an owner, as some web forms show it. */
static const char *skip_type(const char *p)
{
	if (!strncasecmp(p, "TLSA", 4) && isspace((unsigned char)p[4]))
		return p + 4 + strspn(p + 4, " \t");
	return p;
}

int tlsa_text_add(struct tlsa_text *list, const char *line, struct why *why)
{
	const char *p = line + strspn(line, " \t\r");
	struct tlsa rr = { 0 };
	int rc;

	if (!*p || *p == ';' || *p == '#' || *p == '$')
		return 0;
	p = skip_type(p);
	if (!is_bare(p))
		return add_zone_line(list, p, why);
	rc = tlsa_parse(p, &rr, why);
	return rc < 0 ? rc : append(list, &rr, why);
}

/* Copies one line, its comment left out and its parentheses blanked; depth is how many
 * are open after it. */
static bool join(struct buf *b, const char *line, size_t len, int *depth)
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
		if (!join(&b, text, len, &depth))
			rc = why_set(&inner, DP_ELIMIT, "longer than any record");
		text += len + (text[len] == '\n');
		if (rc == 0 && depth && *text)
			continue;
		if (rc == 0)
			rc = tlsa_text_add(list, buf_str(&b), &inner);
		buf_reset(&b);
	}
	buf_clear(&b);
	return rc < 0 ? why_set(why, rc, "line %zu: %.470s", number, inner.text) : 0;
}

void tlsa_text_clear(struct tlsa_text *list)
{
	while (list->count)
		tlsa_clear(&list->rr[--list->count]);
	free(list->rr);
	free(list->owner);
	*list = (struct tlsa_text){ 0 };
}
