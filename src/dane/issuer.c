/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/issuer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dane/der.h"
#include "dane/judge.h"
#include "dane/tlsa.h"

/* One walk over the presented certificates. */
struct issuer_walk {
	struct judge *judge;
	struct chain
		*in_dns; /* one a record: the certificate of a 2 0 0 record, or empty */
};

/* What path comes to, judged once for all records that name its end. */
struct issuer_verdict {
	bool known;
	enum rules_state state;
	char reason[RULES_REASON_SIZE];
};

static void settle_path(struct judge *judge, size_t index, const struct path *path,
			struct issuer_verdict *verdict)
{
	struct judge_outcome outcome = { .depth = path->len - 1,
					 .reason = verdict->reason };

	if (!verdict->known)
		verdict->state = rules_judge(&judge->budget, path, NULL, judge->in->now,
					     verdict->reason);
	verdict->known = true;
	outcome.state = verdict->state;
	judge_settle(judge, index, &outcome, MATCH_MISMATCH);
}

/* The last certificate of the path was presented; does a record name it? The leaf itself
 * is no anchor, whatever it says of itself. */
static bool visit_presented(const struct path *path, void *arg)
{
	struct issuer_walk *walk = arg;
	struct judge *judge = walk->judge;
	struct issuer_verdict verdict = { .known = false };
	size_t i;

	for (i = 0; path->len > 1 && i < judge->in->rr_count; i++)
		if (judge_open(judge, i, TLSA_DANE_TA) &&
		    judge_record_names(&judge->in->rr[i], path->cert[path->len - 1]))
			settle_path(judge, i, path, &verdict);
	return true;
}

/* An anchor that wasn't found among the presented certificates, with the data in full. */
static bool wants_dns_anchor(const struct judge *judge, size_t index)
{
	return judge_open(judge, index, TLSA_DANE_TA) &&
	       judge->in->rr[index].mtype == TLSA_FULL &&
	       (judge->out->rec[index].depth < 0 || judge->out->rec[index].anchor_in_dns);
}

static void try_dns_cert(struct judge *judge, size_t index, const struct path *path,
			 const struct chain_cert *anchor)
{
	char reason[RULES_REASON_SIZE] = "";
	struct judge_outcome outcome = { .in_dns = true, .reason = reason };
	struct path whole = *path;

	if (path->len == PATH_LEN_MAX || path_holds(path, anchor) ||
	    !path_link(&judge->budget, path->cert[path->len - 1], anchor))
		return;
	whole.cert[whole.len++] = anchor;
	outcome.depth = path->len;
	outcome.state = rules_judge(&judge->budget, &whole, NULL, judge->in->now, reason);
	judge_settle(judge, index, &outcome, MATCH_MISMATCH);
}

/* The key may be the leaf's own, which then is its own anchor: RFC 6698 section 2.1.1 has
 * usage 2 name "the public key" that "MUST be used as the trust anchor", and OpenSSL
 * takes it so. */
static void try_dns_key(struct judge *judge, size_t index, const struct path *path)
{
	const struct tlsa *rr = &judge->in->rr[index];
	gnutls_datum_t key = der_view(rr->data, rr->len);
	char reason[RULES_REASON_SIZE] = "";
	struct judge_outcome outcome = { .depth = path->len - 1,
					 .in_dns = true,
					 .reason = reason };

	if (!path_link_key(&judge->budget, path->cert[path->len - 1], &key))
		return;
	outcome.state = rules_judge(&judge->budget, path, &key, judge->in->now, reason);
	judge_settle(judge, index, &outcome, MATCH_MISMATCH);
}

static bool visit_dns(const struct path *path, void *arg)
{
	struct issuer_walk *walk = arg;
	struct judge *judge = walk->judge;
	size_t i;

	for (i = 0; i < judge->in->rr_count; i++) {
		if (!wants_dns_anchor(judge, i))
			continue;
		if (judge->in->rr[i].selector == TLSA_SPKI)
			try_dns_key(judge, i, path);
		else if (walk->in_dns[i].count)
			try_dns_cert(judge, i, path, walk->in_dns[i].cert);
	}
	return true;
}

static void walk_dns_anchors(struct judge *judge, const struct path_pool *pool)
{
	struct issuer_walk walk = { .judge = judge };
	size_t i, wanted = 0;

	walk.in_dns = mem_array(judge->in->rr_count, sizeof(*walk.in_dns));
	for (i = 0; i < judge->in->rr_count; i++) {
		const struct tlsa *rr = &judge->in->rr[i];
		gnutls_datum_t der = der_view(rr->data, rr->len);

		if (!wants_dns_anchor(judge, i))
			continue;
		wanted++;
		if (rr->selector == TLSA_CERT)
			(void)chain_from_ders(&der, 1, &walk.in_dns[i], NULL);
	}
	if (wanted)
		path_walk(&judge->budget, pool, visit_dns, &walk);
	for (i = 0; i < judge->in->rr_count; i++)
		chain_clear(&walk.in_dns[i]);
	free(walk.in_dns);
}

/* A record that no path settled: the nearest reason. */
static void explain_unsettled(struct judge *judge, size_t index)
{
	const struct chain *chain = judge->in->chain;
	const struct tlsa *rr = &judge->in->rr[index];
	size_t i;

	if (chain->raw_key) {
		judge_fail(judge, index, MATCH_MISMATCH,
			   "a raw public key has no issuer");
		return;
	}
	if (judge_record_names(rr, &chain->cert[0])) {
		judge_fail(judge, index, MATCH_MISMATCH,
			   "names the leaf; usage 2 needs its issuer");
		return;
	}
	if (judge_blame_key(judge, index, MATCH_MISMATCH))
		return;
	if (judge->budget.exhausted) {
		judge_fail(judge, index, MATCH_MISMATCH, "gave up after %d signatures",
			   PATH_CHECKS_MAX);
		return;
	}
	for (i = 1; i < chain->count; i++) {
		if (!judge_record_names(rr, &chain->cert[i]))
			continue;
		if (judge->budget.too_long)
			judge_fail(judge, index, MATCH_MISMATCH,
				   "more than %d certificates up the path", PATH_LEN_MAX);
		else
			judge_fail(judge, index, MATCH_MISMATCH,
				   "in the chain, but the leaf is not signed by it");
		return;
	}
	judge_fail(judge, index, MATCH_MISMATCH, "no match");
}

/* Signatures are verified only where a record asks who signed. */
static bool asks_issuer(const struct judge *judge)
{
	size_t i;

	for (i = 0; i < judge->in->rr_count; i++)
		if (judge_open(judge, i, TLSA_DANE_TA))
			return true;
	return false;
}

void issuer_match(struct judge *judge)
{
	const struct chain *chain = judge->in->chain;
	struct issuer_walk walk = { .judge = judge };
	struct path_pool pool = { .count = 0 };
	size_t i;

	if (!asks_issuer(judge))
		return;
	path_pool_add(&pool, chain->cert, chain->count);
	if (!chain->raw_key) {
		path_walk(&judge->budget, &pool, visit_presented, &walk);
		walk_dns_anchors(judge, &pool);
	}
	for (i = 0; i < judge->in->rr_count; i++)
		if (judge_open(judge, i, TLSA_DANE_TA) && judge->out->rec[i].depth < 0)
			explain_unsettled(judge, i);
	path_pool_clear(&pool);
}
