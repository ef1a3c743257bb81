/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/fates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "render/layout.h"
#include "render/page.h"
#include "render/render.h"
#include "verdict/facts.h"

#define RECORDS_SHOWN 12 /* of one endpoint, without -v */
#define OTHERS_SHOWN 3	 /* of more, where none matches */
#define RECORD_WIDTH 36	 /* a SHA-256 record with its digest cut, and a gap */

static bool matches_anywhere(const struct facts_endpoint *e, size_t record)
{
	size_t k;

	for (k = 0; k < e->peer_count; k++)
		if (e->peer[k].has_match && record < e->peer[k].match.rec_count &&
		    e->peer[k].match.rec[record].code == MATCH_OK)
			return true;
	return false;
}

/* Whether the record may be published ahead of a rollover: another of its parameters
 * matches. */
static bool may_be_next(const struct facts_endpoint *e, size_t record)
{
	const struct tlsa *rr = &e->record[record].rr;
	size_t i;

	if (rr->usage != TLSA_DANE_EE && rr->usage != TLSA_PKIX_EE)
		return false;
	for (i = 0; i < e->record_count; i++)
		if (i != record && tlsa_same_parameters(&e->record[i].rr, rr) &&
		    matches_anywhere(e, i))
			return true;
	return false;
}

static const char *reason_of(const struct match *match, size_t record)
{
	if (match->reason)
		return match->reason[record].text;
	return match->rec[record].code == MATCH_OK ? "matches" : "no match";
}

/* What became of a record at all peers together; on the heap. */
static char *describe_fate(const struct facts_endpoint *e, size_t record)
{
	const struct match *best = NULL, *m;
	size_t k, judged = 0, matched = 0;
	const char *reason;

	for (k = 0; k < e->peer_count; k++) {
		m = &e->peer[k].match;
		if (!e->peer[k].has_match || record >= m->rec_count)
			continue;
		if (!best || (m->rec[record].code == MATCH_OK && !matched))
			best = m;
		judged++;
		matched += m->rec[record].code == MATCH_OK;
	}
	if (e->record[record].superseded && e->record[record].reason)
		return mem_text(e->record[record].reason);
	if (!e->record[record].usable)
		return mem_printf("unusable: %s", e->record[record].reason
							  ? e->record[record].reason
							  : "no reason known");
	if (!best)
		return mem_text(e->record[record].reason ? e->record[record].reason : "");
	reason = reason_of(best, record);
	if (matched && matched < judged)
		return mem_printf("%s at %zu of %zu", reason, matched, judged);
	if (!matched && !strcmp(reason, "no match") && may_be_next(e, record))
		return mem_text("no match (next key?)");
	return mem_text(reason);
}

static void record_row(const struct page *g, const struct facts_endpoint *e,
		       size_t record, bool first)
{
	char *text = g->conf->verbosity > 0 ? tlsa_to_text(&e->record[record].rr)
					    : tlsa_to_short_text(&e->record[record].rr);
	char *fate = describe_fate(e, record);

	layout_row(g->out, &(struct layout_row){ .label = first ? "tlsa" : "",
						 .cell = text,
						 .cell_width = RECORD_WIDTH,
						 .text = fate,
						 .columns = page_columns(g) });
	free(text);
	free(fate);
}

static void rest_row(const struct page *g, size_t left, bool any_match)
{
	char *text;

	if (!left)
		return;
	text = any_match ? mem_printf("and %zu more that don't match; -v shows all", left)
			 : mem_printf("and %zu more, of which none matches; -v shows all",
				      left);
	page_remark(g, "", text);
	free(text);
}

/* What matches, and of many records no more of the others than fit into one look. */
void fates_block(const struct page *g, const struct facts_endpoint *e)
{
	bool all = g->conf->verbosity > 0 || e->record_count <= RECORDS_SHOWN;
	size_t i, shown = 0, matched = 0, others = 0;

	for (i = 0; i < e->record_count; i++)
		matched += matches_anywhere(e, i);
	for (i = 0; i < e->record_count; i++) {
		bool matches = matches_anywhere(e, i);

		if (!all && !matches && (matched || others == OTHERS_SHOWN))
			continue;
		if (!all && matches && shown == RECORDS_SHOWN)
			continue;
		others += !matches;
		record_row(g, e, i, !shown++);
	}
	rest_row(g, e->record_count - shown, matched > 0);
}
