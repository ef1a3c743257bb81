/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/pkix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dane/der.h"
#include "dane/judge.h"
#include "dane/tlsa.h"

struct pkix_walk {
	struct judge *judge;
	bool holds; /* some path to a CA is in order but for its dates */
	char invalid[RULES_REASON_SIZE]; /* why one isn't; "" none seen */
};

/* A path that ends at a CA of the bundle: settles the records that name one of its
 * certificates. */
static void settle_records(struct pkix_walk *walk, const struct path *path)
{
	struct judge *judge = walk->judge;
	char reason[RULES_REASON_SIZE] = "";
	struct judge_outcome outcome = { .reason = reason };
	size_t i, depth;

	outcome.state = rules_judge(&judge->budget, path, NULL, judge->in->now, reason);
	if (outcome.state == RULES_INVALID)
		snprintf(walk->invalid, sizeof(walk->invalid), "%s", reason);
	else
		walk->holds = true;
	for (i = 0; i < judge->in->rr_count; i++) {
		const struct tlsa *rr = &judge->in->rr[i];

		outcome.depth = 0;
		if (judge_open(judge, i, TLSA_PKIX_EE) &&
		    judge_record_names(rr, path->cert[0]))
			judge_settle(judge, i, &outcome, MATCH_PKIX);
		for (depth = 1; depth < path->len; depth++) {
			outcome.depth = depth;
			if (judge_open(judge, i, TLSA_PKIX_TA) &&
			    judge_record_names(rr, path->cert[depth]))
				judge_settle(judge, i, &outcome, MATCH_PKIX);
		}
	}
}

static bool is_trusted(const struct trust *trust, const struct chain_cert *cert)
{
	size_t i;

	for (i = 0; i < trust->count; i++)
		if (!memcmp(trust->cert[i].cert_sha256, cert->cert_sha256,
			    sizeof(cert->cert_sha256)))
			return true;
	return false;
}

/* The search goes on past a CA that is trusted: the record may name one above it (RFC
 * 7671 section 5.4). The leaf itself is no CA. */
static bool visit_anchored(const struct path *path, void *arg)
{
	struct pkix_walk *walk = arg;

	if (path->len > 1 &&
	    is_trusted(walk->judge->in->trust, path->cert[path->len - 1]))
		settle_records(walk, path);
	return true;
}

/* Certificates in full among the usable records may stand in the middle of a path; the
 * caller clears the chain. */
static void certs_in_dns(const struct judge *judge, struct chain *ret_chain)
{
	const struct match_input *in = judge->in;
	gnutls_datum_t *ders = mem_array(in->rr_count, sizeof(*ders));
	size_t i, count = 0;

	for (i = 0; i < in->rr_count && count < CHAIN_MAX; i++)
		if (judge->out->rec[i].usable && in->rr[i].selector == TLSA_CERT &&
		    in->rr[i].mtype == TLSA_FULL)
			ders[count++] = der_view(in->rr[i].data, in->rr[i].len);
	if (count)
		(void)chain_from_ders(ders, count, ret_chain, NULL);
	free(ders);
}

static void walk_paths(struct pkix_walk *walk)
{
	struct judge *judge = walk->judge;
	const struct chain *chain = judge->in->chain;
	const struct trust *trust = judge->in->trust;
	struct path_pool pool = { .count = 0 };
	struct chain in_dns = { 0 };

	if (chain->raw_key || !trust)
		return;
	certs_in_dns(judge, &in_dns);
	pool.cert =
		mem_array(chain->count + in_dns.count + trust->count, sizeof(*pool.cert));
	path_pool_add(&pool, chain->cert, chain->count);
	path_pool_add(&pool, in_dns.cert, in_dns.count);
	path_pool_add(&pool, trust->cert, trust->count);
	path_walk(&judge->budget, &pool, visit_anchored, walk);
	path_pool_clear(&pool);
	chain_clear(&in_dns);
}

static void explain_distrust(struct pkix_walk *walk, size_t index)
{
	struct judge *judge = walk->judge;
	bool names_leaf =
		judge_record_names(&judge->in->rr[index], &judge->in->chain->cert[0]);

	if (!walk->holds && !walk->invalid[0] &&
	    judge_blame_key(judge, index, MATCH_PKIX))
		return;
	if (!walk->holds && judge->in->trust && judge->budget.exhausted)
		judge_fail(judge, index, MATCH_PKIX, "gave up after %d signatures",
			   PATH_CHECKS_MAX);
	else if (!walk->holds && judge->budget.too_long && !walk->invalid[0])
		judge_fail(judge, index, MATCH_PKIX,
			   "no path to a trusted CA within %d certificates",
			   PATH_LEN_MAX);
	else if (!walk->holds && judge->in->chain->raw_key)
		judge_fail(judge, index, MATCH_PKIX,
			   "a raw public key has no path to a CA");
	else if (!walk->holds)
		judge_fail(judge, index, MATCH_PKIX, "%s",
			   walk->invalid[0] ? walk->invalid : "no path to a trusted CA");
	else if (names_leaf && judge->in->rr[index].usage == TLSA_PKIX_TA)
		judge_fail(judge, index, MATCH_MISMATCH,
			   "names the leaf; usage 0 needs its issuer");
	else
		judge_fail(judge, index, MATCH_MISMATCH, "no match");
}

void pkix_match(struct judge *judge)
{
	struct pkix_walk walk = { .judge = judge };
	size_t i, wanted = 0;

	for (i = 0; i < judge->in->rr_count; i++)
		wanted += judge_open(judge, i, TLSA_PKIX_TA) ||
			  judge_open(judge, i, TLSA_PKIX_EE);
	if (!wanted)
		return;
	walk_paths(&walk);
	for (i = 0; i < judge->in->rr_count; i++)
		if ((judge_open(judge, i, TLSA_PKIX_TA) ||
		     judge_open(judge, i, TLSA_PKIX_EE)) &&
		    judge->out->rec[i].depth < 0)
			explain_distrust(&walk, i);
}
