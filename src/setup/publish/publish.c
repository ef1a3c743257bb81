/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/publish_way.h"
#include "setup/publish/publish_exec.h"
#include "setup/publish/publish_powerdns.h"
#include "setup/publish/publish_provider.h"
#include "setup/publish/publish_rfc2136.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

static int by_hand(struct lineage *l, const char *options, const struct wanted *wanted,
		   const struct publish_watch *watch, enum publish_result *ret_result,
		   struct why *why)
{
	(void)l;
	(void)options;
	(void)wanted;
	(void)watch;
	(void)why;
	*ret_result = PUBLISH_BY_HAND;
	return 0;
}

static int check_nothing(const struct lineage *l, const char *options, struct why *why)
{
	(void)l;
	(void)options;
	(void)why;
	return 0;
}

/* A way without functions is a DNS provider's. */
static const struct way {
	publish_fn *publish;
	publish_check_fn *check;
} ways[PUBLISH_WAY_COUNT] = {
	[PUBLISH_WAY_PRINT] = { by_hand, check_nothing },
	[PUBLISH_WAY_RFC2136] = { publish_rfc2136_records, publish_rfc2136_check },
	[PUBLISH_WAY_POWERDNS] = { publish_powerdns_records, publish_powerdns_check },
	[PUBLISH_WAY_EXEC] = { publish_exec_records, publish_exec_check },
};

bool publish_is_by_hand(const struct lineage *l)
{
	const char *text = lineage_conf_get(&l->conf, LINEAGE_CONF_PUBLISH), *options;
	enum publish_way way;

	return publish_way_find(text, &way, &options) && way == PUBLISH_WAY_PRINT;
}

static int note_records(struct lineage *l, const char *event,
			const struct record *records, size_t count,
			const struct env_dns *before, bool was_there, const char *way,
			struct why *why)
{
	char *text;
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		if (before &&
		    env_dns_has(before, records[i].owner, &records[i].rr) != was_there)
			continue;
		text = tlsa_to_text(&records[i].rr);
		rc = lineage_note(l, why, event, "name", records[i].owner, "record", text,
				  "via", way, NULL);
		free(text);
	}
	return rc;
}

/* Finds the way that lineage.conf names, and the options after its word. */
static int find_way(const struct lineage *l, enum publish_way *ret_way,
		    const char **ret_options, struct why *why)
{
	const char *text = lineage_conf_get(&l->conf, LINEAGE_CONF_PUBLISH);

	return publish_way_find(text, ret_way, ret_options)
		       ? 0
		       : why_set(why, DP_EINVAL, "publish = %s is no way to publish",
				 text);
}

int publish_check(const struct lineage *l, struct why *why)
{
	enum publish_way way = PUBLISH_WAY_PRINT;
	const char *options = NULL;
	int rc = find_way(l, &way, &options, why);

	if (rc < 0)
		return rc;
	return ways[way].check
		       ? ways[way].check(l, options, why)
		       : publish_provider_check(l, publish_way_name(way), options, why);
}

static int go_way(struct lineage *l, const struct wanted *wanted,
		  const struct publish_watch *watch, enum publish_way *ret_way,
		  enum publish_result *ret_result, struct why *why)
{
	const char *options = NULL;
	int rc = find_way(l, ret_way, &options, why);

	if (rc < 0)
		return rc;
	return ways[*ret_way].publish
		       ? ways[*ret_way].publish(l, options, wanted, watch, ret_result,
						why)
		       : publish_provider_records(l, publish_way_name(*ret_way), options,
						  wanted, watch, ret_result, why);
}

int publish_records(struct lineage *l, const struct wanted *wanted,
		    const struct env_dns *before, enum publish_result *ret_result,
		    struct why *why)
{
	enum publish_way way = PUBLISH_WAY_PRINT;
	bool told;
	int rc = go_way(l, wanted, NULL, &way, ret_result, why);

	told = rc == 0 && *ret_result == PUBLISH_BY_HAND;
	if (rc == 0)
		rc = note_records(l, told ? "to-add" : "added", wanted->want,
				  wanted->want_count, before, false,
				  publish_way_name(way), why);
	if (rc == 0)
		rc = note_records(l, told ? "to-remove" : "removed", wanted->dead,
				  wanted->dead_count, before, true, publish_way_name(way),
				  why);
	return rc;
}

int publish_preview(struct lineage *l, const struct wanted *wanted,
		    const struct publish_watch *watch, enum publish_result *ret_result,
		    struct why *why)
{
	enum publish_way way = PUBLISH_WAY_PRINT;

	return go_way(l, wanted, watch, &way, ret_result, why);
}
