/* SPDX-License-Identifier: BSD-2-Clause */
/* A file given to verify --chain or --ca-file. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dane/chain.h"
#include "dane/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain chain;
	struct trust trust;

	if (chain_from_file(data, size, &chain, NULL) == 0) {
		if (!chain.count || !chain_select(&chain.cert[0], TLSA_SPKI).data)
			abort();
		chain_clear(&chain);
	}
	if (chain_trust_from_pem(data, size, &trust, NULL) == 0)
		chain_trust_clear(&trust);
	return 0;
}
