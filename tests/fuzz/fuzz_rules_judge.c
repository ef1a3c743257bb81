/* SPDX-License-Identifier: BSD-2-Clause */
/* A path whose signatures nobody asked about, so that what stands in certificates may
 * change: an octet of flags, then certificates with two octets of length before each. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dane/chain.h"
#include "dane/defect.h"
#include "dane/der.h"
#include "dane/path.h"
#include "dane/rules.h"

#define NOW 1795046400 /* within the dates of the corpus: 2026-11-19 */
#define CERTS_MAX 8

enum { FLAG_BARE_KEY = 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_path(const struct path *path, bool bare_key)
{
	char reason[RULES_REASON_SIZE] = "";
	struct path_budget budget;
	enum rules_state state;

	path_budget_init(&budget);
	state = rules_judge(&budget, path,
			    bare_key ? &path->cert[path->len - 1]->spki : NULL, NOW,
			    reason);
	if (state != RULES_VALID && !reason[0])
		abort();
}

static void judge_chain(const struct chain *chain, uint8_t flags)
{
	struct path path = { .len = 0 };
	struct defect defect;
	size_t i;

	if (defect_find(chain, &defect)) {
		char *text = defect_explain(&defect, chain, NULL, 0);

		if (!strlen(text))
			abort();
		free(text);
	}
	for (i = 0; i < chain->count && chain->cert[i].crt; i++)
		path.cert[path.len++] = &chain->cert[i];
	if (path.len > 1)
		judge_path(&path, flags & FLAG_BARE_KEY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gnutls_datum_t piece[CERTS_MAX];
	struct chain chain;
	size_t count = 0, len;
	uint8_t flags;

	if (!size)
		return 0;
	flags = *data++;
	for (size--; size >= 2 && count < CERTS_MAX; size -= len, data += len) {
		len = (size_t)data[0] << 8 | data[1];
		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		piece[count++] = der_view(data, len);
	}
	if (chain_from_ders(piece, count, &chain, NULL) == 0) {
		judge_chain(&chain, flags);
		chain_clear(&chain);
	}
	return 0;
}
