/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_rfc2136.h"

#include <stdlib.h>

#include "base/why.h"
#include "dane/tlsa.h"
#include "dns/server_address.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish_options.h"
#include "setup/publish/publish_owner.h"
#include "setup/publish/tsig_key.h"
#include "setup/publish/update.h"
#include "setup/world/env.h"

#define ANSWER_MS 10000 /* a primary that signs takes a moment */
#define TRIES 3		/* in case somebody else changes the records meanwhile */

struct update_way {
	char *server; /* owned; NULL: those of the zone */
	struct tsig_key key;
	const struct publish_watch *watch; /* NULL: the change is made */
};

/* Looks once and updates once. *ret_done: nothing was left to change. */
static int try_update(struct lineage *l, const struct publish_owner *o,
		      const struct update_place *place, const struct publish_watch *watch,
		      bool *ret_done, struct why *why)
{
	struct update_change send = { .ttl = o->ttl };
	struct publish_change change;
	struct tlsa *have = NULL;
	int rc = update_read(place, &have, &send.before_count, why);

	if (rc < 0)
		return rc;
	publish_owner_diff(o, have, send.before_count, &change);
	*ret_done = watch || (!change.add_count && !change.remove_count);
	if (watch) {
		watch->tell(watch->arg, o, &change);
	} else if (*ret_done) {
		rc = publish_owner_note_foreign(l, o, change.foreign, why);
	} else {
		send.before = have;
		send.add = change.add;
		send.add_count = change.add_count;
		send.remove = change.remove;
		send.remove_count = change.remove_count;
		rc = update_send(place, &send, why);
	}
	publish_owner_clear(&change);
	update_free(have, send.before_count);
	return rc;
}

/* After each update the zone is asked whether it took it. */
static int update_at(struct lineage *l, const struct publish_owner *o,
		     const struct update_place *place, const struct publish_watch *watch,
		     struct why *why)
{
	bool done = false;
	int rc, i;

	for (i = 0; i < TRIES; i++) {
		rc = try_update(l, o, place, watch, &done, why);
		if (done || (rc < 0 && rc != DP_EEXIST))
			return rc;
	}
	return rc < 0 ? rc
		      : why_set(why, DP_EDNS,
				"%s accepted the update of %s, but its zone did not take "
				"it",
				place->server, place->owner);
}

/* RFC 2136 section 4: where a server doesn't answer, or says SERVFAIL or NOTIMP, the next
 * one of the zone is asked; any other answer counts. */
static int update_owner(struct lineage *l, const struct publish_owner *o, void *arg,
			struct why *why)
{
	const struct update_way *way = arg;
	struct update_place place = { .zone = o->zone->apex,
				      .owner = o->zone->owner,
				      .key = &way->key,
				      .timeout_ms = ANSWER_MS };
	size_t count = way->server ? 1 : o->zone->server_count, i;
	struct why last, all = { "" };
	int rc = DP_ELATER;

	if (!count)
		return why_set(why, DP_EDNS,
			       "no name server of %s has an address: name the one that "
			       "takes updates by publish = rfc2136 server=ADDR",
			       place.zone);
	for (i = 0; i < count && rc == DP_ELATER; i++) {
		place.server = way->server ? way->server : o->zone->server[i];
		rc = update_at(l, o, &place, way->watch, &last);
		if (rc < 0) {
			struct why before = all;

			why_set(&all, rc, "%s%s%s", before.text, i ? "; " : "",
				last.text);
		}
	}
	return rc < 0 ? why_set(why, rc, "%s", all.text) : 0;
}

static void clear_way(struct update_way *way)
{
	tsig_key_clear(&way->key);
	free(way->server);
}

/* Undo with clear_way() in any case. */
static int load_way(const char *options, struct update_way *way, struct why *why)
{
	char *file = NULL;
	const struct publish_option known[] = { { "server", &way->server },
						{ "key", &file } };
	int rc = publish_options_parse(options, known, 2, why);

	if (rc == 0 && !file)
		rc = why_set(why, DP_EINVAL,
			     "publish = rfc2136 needs key=FILE, the TSIG key that may "
			     "change the zone");
	if (rc == 0 && way->server && !server_address_is_good(way->server))
		rc = why_set(why, DP_EINVAL,
			     "publish = rfc2136: server=%s is not an address (ADDR or "
			     "ADDR@PORT): a name is not looked up there",
			     way->server);
	if (rc == 0)
		rc = tsig_key_load(file, &way->key, why);
	free(file);
	return rc;
}

int publish_rfc2136_records(struct lineage *l, const char *options,
			    const struct wanted *wanted,
			    const struct publish_watch *watch,
			    enum publish_result *ret_result, struct why *why)
{
	struct update_way way = { .watch = watch };
	int rc = load_way(options, &way, why);

	if (rc == 0)
		rc = publish_owner_each(l, wanted, update_owner, &way, why);
	if (rc == 0)
		*ret_result = PUBLISH_DONE;
	clear_way(&way);
	return rc;
}

int publish_rfc2136_check(const struct lineage *l, const char *options, struct why *why)
{
	struct update_way way = { .server = NULL };
	int rc = load_way(options, &way, why);

	(void)l;
	clear_way(&way);
	return rc;
}
