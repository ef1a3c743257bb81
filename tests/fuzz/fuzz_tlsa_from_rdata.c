/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as it comes from DNS: taken apart, printed, judged usable or not. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dane/policy.h"
#include "dane/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[POLICY_REASON_SIZE];
	struct tlsa rr, copy;

	if (tlsa_from_rdata(data, size, &rr, NULL) < 0)
		return 0;
	free(tlsa_to_text(&rr));
	free(tlsa_to_short_text(&rr));
	/* what a mail relay can use everybody can */
	if (policy_record_usable(&rr, true, reason) &&
	    !policy_record_usable(&rr, false, reason))
		abort();
	(void)policy_needs_trust(&rr, 1, false);
	if (tlsa_copy(&rr, &copy) < 0 || !tlsa_equal(&rr, &copy))
		abort();
	tlsa_clear(&copy);
	tlsa_clear(&rr);
	return 0;
}
