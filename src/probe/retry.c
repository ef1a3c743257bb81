/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/retry.h"

#include <stddef.h>

#include "verdict/facts.h"

static bool may_pass(enum code code)
{
	return code == CODE_TIMEOUT || code == CODE_CONNECT_FAILED ||
	       code == CODE_DNS_ERROR;
}

bool retry_may_help(const struct facts_target *facts)
{
	const struct facts_endpoint *e;
	size_t i, k;

	if (!may_pass(facts->code))
		return false;
	for (i = 0; i < facts->endpoint_count; i++) {
		e = &facts->endpoint[i];
		if (!e->peer_count && may_pass(e->code))
			return true;
		for (k = 0; k < e->peer_count; k++)
			if (may_pass(e->peer[k].code) && !e->peer[k].known)
				return true;
	}
	return !facts->endpoint_count;
}
