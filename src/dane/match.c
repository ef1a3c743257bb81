/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "dane/bounds.h"
#include "dane/chain.h"
#include "dane/issuer.h"
#include "dane/judge.h"
#include "dane/pkix.h"
#include "dane/policy.h"
#include "dane/tlsa.h"

static void begin_records(struct judge *judge)
{
	const struct match_input *in = judge->in;
	size_t i;

	for (i = 0; i < in->rr_count; i++) {
		struct match_record *rec = &judge->out->rec[i];

		rec->depth = -1;
		rec->code = MATCH_UNUSABLE;
		rec->usable = policy_record_usable(&in->rr[i], in->mta_relay,
						   judge->out->reason[i].text);
		if (!rec->usable)
			continue;
		rec->superseded =
			policy_record_superseded(in->rr, in->rr_count, i, in->mta_relay);
		judge_fail(judge, i, MATCH_MISMATCH, "no match");
	}
}

/* A stronger digest stands beside these: what they come to by themselves is kept, for a
 * client that doesn't know it, and decides nothing. */
static void leave_out_superseded(struct judge *judge)
{
	size_t i;

	for (i = 0; i < judge->out->rec_count; i++) {
		struct match_record *rec = &judge->out->rec[i];

		if (!rec->superseded)
			continue;
		rec->alone = rec->code;
		rec->depth = -1;
		rec->anchor_in_dns = false;
		judge_fail(judge, i, MATCH_UNUSABLE,
			   "left out, since a SHA2-512 record stands beside it");
	}
}

/* No client gets as far as matching with such a key. */
static bool refuse_leaf_key(struct judge *judge)
{
	char reason[BOUNDS_REASON_SIZE];
	size_t i;

	if (bounds_hold(&judge->in->chain->cert[0].spki, reason))
		return false;
	for (i = 0; i < judge->out->rec_count; i++)
		if (judge->out->rec[i].usable)
			judge_fail(judge, i, MATCH_MISMATCH, "the leaf's key %s", reason);
	return true;
}

/* DANE-EE: the leaf by itself (RFC 7671 section 5.1). */
static void match_leaf(struct judge *judge)
{
	const struct chain_cert *leaf = &judge->in->chain->cert[0];
	const struct judge_outcome outcome = { .state = RULES_VALID };
	size_t i;

	for (i = 0; i < judge->in->rr_count; i++) {
		const struct tlsa *rr = &judge->in->rr[i];

		if (!judge_open(judge, i, TLSA_DANE_EE))
			continue;
		if (judge_record_names(rr, leaf))
			judge_settle(judge, i, &outcome, MATCH_MISMATCH);
		else if (judge->in->chain->raw_key && rr->selector == TLSA_CERT)
			judge_fail(judge, i, MATCH_MISMATCH,
				   "a raw public key has no certificate");
		else if (!judge->in->chain->raw_key && !leaf->crt)
			judge_fail(judge, i, MATCH_MISMATCH, "the leaf can't be parsed");
	}
}

/* Whether record a goes before b, both matching. */
static bool goes_before(const struct judge *judge, size_t a, size_t b)
{
	const struct tlsa *rr = judge->in->rr;
	const struct match_record *rec = judge->out->rec;

	if (rr[a].usage != rr[b].usage)
		return rr[a].usage > rr[b].usage;
	if (rec[a].depth != rec[b].depth)
		return rec[a].depth < rec[b].depth;
	return a < b;
}

/* The code of the peer; returns the record behind it, rec_count where there is none. */
static size_t decide_peer(struct judge *judge)
{
	struct match *out = judge->out;
	size_t i, first = out->rec_count;

	out->code = out->rec_count ? MATCH_UNUSABLE : MATCH_MISMATCH;
	for (i = 0; i < out->rec_count; i++) {
		if (out->rec[i].code > out->code)
			continue;
		if (out->rec[i].code < out->code || first == out->rec_count ||
		    (out->code == MATCH_OK && goes_before(judge, i, first)))
			first = i;
		out->code = out->rec[i].code;
	}
	if (out->code == MATCH_OK) {
		out->record = (int)first;
		out->depth = out->rec[first].depth;
		out->cn_used = judge->name == NAME_CN &&
			       (judge->in->rr[first].usage != TLSA_DANE_EE ||
				judge->in->ee_name_check);
	}
	return first;
}

/* "8f434346...9fd2d1d1" */
static void short_digest(const uint8_t digest[32], char *text, size_t size)
{
	char *start = hex_encode(digest, 4), *end = hex_encode(digest + 28, 4);

	snprintf(text, size, "%s...%s", start, end);
	free(start);
	free(end);
}

static void join_names(const struct match_input *in, char *text, size_t size)
{
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < in->name_count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i ? ", " : "",
					in->names[i]);
}

static void why_mismatch(const struct judge *judge, size_t first)
{
	const struct chain *chain = judge->in->chain;
	struct match *out = judge->out;
	char digest[32];
	size_t i;

	if (first == out->rec_count) {
		snprintf(out->why, sizeof(out->why), "there is no record");
		return;
	}
	if (!chain || !chain->count) {
		snprintf(out->why, sizeof(out->why), "no certificate was presented");
		return;
	}
	/* a record that comes near says more than the digest */
	for (i = first; i < out->rec_count; i++)
		if (out->rec[i].code == MATCH_MISMATCH &&
		    strcmp(out->reason[i].text, "no match")) {
			snprintf(out->why, sizeof(out->why),
				 "no record matches; record %zu: %s", i + 1,
				 out->reason[i].text);
			return;
		}
	short_digest(chain->cert[0].spki_sha256, digest, sizeof(digest));
	snprintf(out->why, sizeof(out->why),
		 "no record matches; the server presents the key %s (SHA2-256)", digest);
}

static void write_why(const struct judge *judge, size_t first)
{
	struct match *out = judge->out;
	char names[160];

	switch (out->code) {
	case MATCH_OK:
		return;
	case MATCH_NAME:
		join_names(judge->in, names, sizeof(names));
		snprintf(out->why, sizeof(out->why),
			 "record %zu matches, but the leaf has no DNS name for %s",
			 first + 1, names[0] ? names : "the service");
		return;
	case MATCH_EXPIRED:
		snprintf(out->why, sizeof(out->why), "record %zu %s", first + 1,
			 out->reason[first].text);
		return;
	case MATCH_PKIX:
		snprintf(out->why, sizeof(out->why),
			 "record %zu (usage %u) needs a path to a trusted CA: %s",
			 first + 1, (unsigned)judge->in->rr[first].usage,
			 out->reason[first].text);
		return;
	case MATCH_MISMATCH:
		why_mismatch(judge, first);
		return;
	case MATCH_UNUSABLE:
		snprintf(out->why, sizeof(out->why),
			 "%zu record%s, none usable; record %zu: %s", out->rec_count,
			 out->rec_count == 1 ? "" : "s", first + 1,
			 out->reason[first].text);
		return;
	}
}

static void judge_records(struct judge *judge)
{
	const struct match_input *in = judge->in;
	gnutls_x509_crt_t leaf;

	if (!in->chain || !in->chain->count || refuse_leaf_key(judge))
		return;
	leaf = in->chain->cert[0].crt;
	if (leaf)
		judge->name = name_find(leaf, in->names, in->name_count, in->mta_relay);
	judge->out->name_matched = judge->name != NAME_NONE;
	match_leaf(judge);
	issuer_match(judge);
	pkix_match(judge);
}

void match_chain(const struct match_input *in, struct match *ret_match)
{
	struct judge judge = { .in = in, .out = ret_match };
	size_t first;

	memset(ret_match, 0, sizeof(*ret_match));
	ret_match->record = ret_match->depth = -1;
	ret_match->rec = mem_array(in->rr_count, sizeof(*ret_match->rec));
	ret_match->reason = mem_array(in->rr_count, sizeof(*ret_match->reason));
	ret_match->rec_count = in->rr_count;
	path_budget_init(&judge.budget);
	begin_records(&judge);
	judge_records(&judge);
	leave_out_superseded(&judge);
	first = decide_peer(&judge);
	write_why(&judge, first);
	ret_match->signatures = PATH_CHECKS_MAX - judge.budget.left;
}

void match_clear(struct match *match)
{
	free(match->rec);
	free(match->reason);
	memset(match, 0, sizeof(*match));
}

void match_forget_reasons(struct match *match)
{
	free(match->reason);
	match->reason = NULL;
}
