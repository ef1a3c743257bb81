/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/heard.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "setup/agree/safety.h"
#include "setup/lineage/lineage_state.h"
#include "setup/lineage/owners.h"
#include "setup/world/env.h"

/* Without a look for so long the zone may have had anything. */
#define FORGET_S SAFETY_UNKNOWN_S

static bool is_recent(const struct lineage_state *s, time_t now)
{
	return s->heard_at && now - s->heard_at <= FORGET_S;
}

static bool has_heard_all(const struct lineage_state *s, const char *silent)
{
	bool all = true;
	char *word;

	while (all && (word = owners_next(&silent))) {
		all = owners_has(s->heard, word);
		free(word);
	}
	return all;
}

int64_t heard_ttl_s(const struct lineage_state *s, const struct env_dns *dns, time_t now)
{
	if (dns->ttl_s >= 0 || dns->answered_ttl_s < 0 || !dns->silent ||
	    !is_recent(s, now) || !has_heard_all(s, dns->silent))
		return dns->ttl_s;
	return dns->answered_ttl_s > s->peak_ttl_s ? dns->answered_ttl_s : s->peak_ttl_s;
}

void heard_keep(struct lineage_state *s, const struct env_dns *dns, time_t now)
{
	const char *silent = is_recent(s, now) ? dns->silent : NULL;
	char *heard = mem_text(dns->answered), *word;

	while ((word = owners_next(&silent))) {
		if (owners_has(s->heard, word))
			owners_add(&heard, word);
		free(word);
	}
	free(s->heard);
	s->heard = heard;
	s->heard_at = now;
}
