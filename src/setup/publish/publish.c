/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish_exec.h"
#include "setup/publish/publish_powerdns.h"
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

static const struct way {
	const char *name;
	publish_fn *publish;
	publish_check_fn *check;
} ways[] = {
	{ "print", by_hand, check_nothing },
	{ "rfc2136", publish_rfc2136_records, publish_rfc2136_check },
	{ "powerdns", publish_powerdns_records, publish_powerdns_check },
	{ "exec", publish_exec_records, publish_exec_check },
};

bool publish_is_by_hand(const struct lineage *l)
{
	const char *text = lineage_conf_get(&l->conf, LINEAGE_CONF_PUBLISH);

	return strcspn(text, " \t") == 5 && !strncmp(text, "print", 5);
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
static const struct way *find_way(const struct lineage *l, const char **ret_options,
				  struct why *why)
{
	const char *text = lineage_conf_get(&l->conf, LINEAGE_CONF_PUBLISH);
	size_t len = strcspn(text, " \t"), i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strlen(ways[i].name) == len && !strncmp(ways[i].name, text, len)) {
			*ret_options = text + len + strspn(text + len, " \t");
			return &ways[i];
		}
	}
	why_set(why, DP_EINVAL, "publish = %.*s is no way to publish", (int)len, text);
	return NULL;
}

int publish_check(const struct lineage *l, struct why *why)
{
	const char *options = NULL;
	const struct way *way = find_way(l, &options, why);

	return way ? way->check(l, options, why) : DP_EINVAL;
}

int publish_records(struct lineage *l, const struct wanted *wanted,
		    const struct env_dns *before, enum publish_result *ret_result,
		    struct why *why)
{
	const char *options = NULL;
	const struct way *way = find_way(l, &options, why);
	bool told;
	int rc;

	if (!way)
		return DP_EINVAL;
	rc = way->publish(l, options, wanted, NULL, ret_result, why);
	told = rc == 0 && *ret_result == PUBLISH_BY_HAND;
	if (rc == 0)
		rc = note_records(l, told ? "to-add" : "added", wanted->want,
				  wanted->want_count, before, false, way->name, why);
	if (rc == 0)
		rc = note_records(l, told ? "to-remove" : "removed", wanted->dead,
				  wanted->dead_count, before, true, way->name, why);
	return rc;
}

int publish_preview(struct lineage *l, const struct wanted *wanted,
		    const struct publish_watch *watch, enum publish_result *ret_result,
		    struct why *why)
{
	const char *options = NULL;
	const struct way *way = find_way(l, &options, why);

	return way ? way->publish(l, options, wanted, watch, ret_result, why) : DP_EINVAL;
}
