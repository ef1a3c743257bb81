/* SPDX-License-Identifier: BSD-2-Clause */
/* Records, and certificates as they come, held against each other (fuzz_match_chain is
 * faster, and has whole ones): an octet of flags, one with the number of records, then
 * pieces with two octets of length each: RDATA of the records, certificates after them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dane/chain.h"
#include "dane/der.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dane/story.h"
#include "dane/tlsa.h"

#define NOW 1795046400 /* within the dates of the corpus: 2026-11-19 */
#define PIECES_MAX 32

enum { FLAG_MTA = 1, FLAG_EE_NAMES = 2, FLAG_TRUST_LAST = 4, FLAG_RAW_KEY = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool next_piece(const uint8_t **data, size_t *size, gnutls_datum_t *ret_piece)
{
	size_t len;

	if (*size < 2)
		return false;
	len = (size_t)(*data)[0] << 8 | (*data)[1];
	*data += 2;
	*size -= 2;
	if (len > *size)
		len = *size;
	*ret_piece = der_view(*data, len);
	*data += len;
	*size -= len;
	return true;
}

static void judge(const struct match_input *in)
{
	struct story story[4];
	struct match match;
	size_t stale[4];

	match_chain(in, &match);
	if ((match.code == MATCH_OK) != (match.record >= 0) ||
	    (match.code == MATCH_OK) != !match.why[0])
		abort();
	if (match.code == MATCH_OK &&
	    (!match.rec[match.record].usable || match.rec[match.record].superseded))
		abort();
	(void)policy_stale_combinations(in->rr, &match, stale, 4);
	(void)story_tell(in->rr, in->rr_count, in->chain, NULL, 0, story, 4);
	match_clear(&match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "www.example.com", "mail.example.net" };
	struct match_input in = { .names = names, .name_count = 2, .now = NOW };
	gnutls_datum_t piece[PIECES_MAX];
	struct tlsa rr[PIECES_MAX];
	struct chain chain, last;
	struct trust trust = { 0 };
	size_t wanted, count = 0, i;
	uint8_t flags;
	int rc;

	if (size < 2)
		return 0;
	flags = data[0];
	wanted = data[1] % PIECES_MAX;
	data += 2;
	size -= 2;
	for (i = 0; i < wanted && next_piece(&data, &size, &piece[0]); i++)
		if (tlsa_from_rdata(piece[0].data, piece[0].size, &rr[in.rr_count],
				    NULL) == 0)
			in.rr_count++;
	while (count < PIECES_MAX && next_piece(&data, &size, &piece[count]))
		count++;
	in.rr = rr;
	in.mta_relay = flags & FLAG_MTA;
	in.ee_name_check = flags & FLAG_EE_NAMES;
	if (flags & FLAG_TRUST_LAST && count &&
	    chain_from_ders(&piece[count - 1], 1, &last, NULL) == 0) {
		trust.cert = last.cert;
		trust.count = 1;
		in.trust = &trust;
		count--;
	}
	if (flags & FLAG_RAW_KEY)
		rc = count ? chain_from_raw_key(&piece[0], &chain, NULL) : -1;
	else
		rc = chain_from_ders(piece, count, &chain, NULL);
	if (rc == 0) {
		in.chain = &chain;
		judge(&in);
		chain_clear(&chain);
	}
	for (i = 0; i < in.rr_count; i++)
		tlsa_clear(&rr[i]);
	chain_trust_clear(&trust);
	return 0;
}
