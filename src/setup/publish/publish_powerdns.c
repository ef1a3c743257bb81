/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_powerdns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/lineage/lineage.h"
#include "setup/provider/provider.h"
#include "setup/publish/powerdns.h"
#include "setup/publish/publish_options.h"
#include "setup/publish/publish_owner.h"
#include "setup/world/env.h"
#include "setup/world/secret_file.h"

#define TRIES 3 /* in case somebody else changes the records meanwhile */

struct api {
	char *url, *zone, *server_id;	   /* owned; NULL where they aren't given */
	char *header;			   /* owned; "X-API-Key: ..." */
	const struct publish_watch *watch; /* borrowed; NULL: the change is made */
};

/* One line; blanks around it are no part of the key. */
static int make_header(const char *path, char *text, char **ret_header, struct why *why)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	if (!len || strpbrk(text, "\r\n"))
		return why_set(why, DP_EFORMAT, "%s holds no API key in one line", path);
	*ret_header = mem_printf("X-API-Key: %s", text);
	return 0;
}

static int load_key(const char *path, char **ret_header, struct why *why)
{
	char *text = NULL;
	int rc = secret_file_read(path, "the API key", &text, why);

	if (rc < 0)
		return rc;
	rc = make_header(path, text, ret_header, why);
	secret_file_clear(text);
	return rc;
}

static int load_api(const char *options, struct api *api, struct why *why)
{
	char *file = NULL;
	const struct publish_option known[] = { { "url", &api->url },
						{ "zone", &api->zone },
						{ "server-id", &api->server_id },
						{ "key-file", &file } };
	int rc = publish_options_parse(options, known, 4, why);

	if (rc == 0 && (!api->url || !file))
		rc = why_set(why, DP_EINVAL,
			     "publish = powerdns needs url=URL, where its API is, and "
			     "key-file=FILE, the API's key");
	if (rc == 0 && !provider_url_is_private(api->url))
		rc = why_set(why, DP_EINVAL,
			     "publish = powerdns: url=%s is neither https nor on this "
			     "machine: the key could be read on its way",
			     api->url);
	if (rc == 0)
		rc = load_key(file, &api->header, why);
	free(file);
	return rc;
}

static void clear_api(struct api *api)
{
	if (api->header)
		mem_wipe(api->header, strlen(api->header));
	free(api->header);
	free(api->url);
	free(api->zone);
	free(api->server_id);
}

static const char *remedy_for(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ": is key-file= the server's api-key?";
	case 404:
		return ": does url= lead to this zone's primary?";
	case 422:
		return ": it can't take the records";
	default:
		return "";
	}
}

/* One request about the zone; any answer but a success is an error that says why. */
static int request_zone(struct lineage *l, const struct api *api, const char *url,
			const char *body, struct env_page *ret_page, struct why *why)
{
	const char *const headers[] = { api->header, NULL };
	const struct env_request request = { .method = body ? "PATCH" : NULL,
					     .url = url,
					     .headers = headers,
					     .body = body };
	char *said;
	int rc = l->env->fetch(l->env->arg, &request, ret_page, why);

	if (rc < 0 || ret_page->status / 100 == 2)
		return rc;
	said = powerdns_error_apart(ret_page->text);
	rc = why_set(why, DP_EDNS, "PowerDNS answers %d%s%s to %.*s%s", ret_page->status,
		     *said ? " " : "", said, (int)strcspn(url, "?"), url,
		     remedy_for(ret_page->status));
	free(said);
	env_page_clear(ret_page);
	return rc;
}

static int read_rrset(struct lineage *l, const struct api *api, const char *url,
		      const char *owner, struct powerdns_rrset *ret_rrset,
		      struct why *why)
{
	char *query = mem_printf("%s?rrset_name=%s.&rrset_type=TLSA", url, owner);
	struct env_page page = { 0 };
	struct why inner = { "" };
	int rc = request_zone(l, api, query, NULL, &page, why);

	if (rc == 0) {
		rc = powerdns_read_apart(page.text, owner, ret_rrset, &inner);
		if (rc < 0)
			why_set(why, rc, "%s: %s", url, inner.text);
		env_page_clear(&page);
	}
	free(query);
	return rc;
}

/* Takes those of the RRset that are in DNS and can be read; the others are somebody
 * else's. */
static size_t live_records(const struct powerdns_rrset *r, struct tlsa **ret_have)
{
	struct tlsa *have = mem_array(r->count, sizeof(*have));
	size_t count = 0, i;

	for (i = 0; i < r->count; i++)
		if (!r->record[i].disabled && powerdns_tlsa(&r->record[i], &have[count]))
			count++;
	*ret_have = have;
	return count;
}

static int send_change(struct lineage *l, const struct api *api, const char *url,
		       const struct powerdns_rrset *before, const struct publish_owner *o,
		       const struct publish_change *c, struct why *why)
{
	/* an RRset has one TTL: where others have records, theirs stays */
	const struct powerdns_change change = { .owner = o->zone->owner,
						.add = c->add,
						.add_count = c->add_count,
						.remove = c->remove,
						.remove_count = c->remove_count,
						.ttl = c->foreign && before->ttl
							       ? before->ttl
							       : o->ttl };
	char *body = powerdns_patch(before, &change);
	struct env_page page = { 0 };
	int rc = request_zone(l, api, url, body, &page, why);

	env_page_clear(&page);
	free(body);
	return rc;
}

/* Looks once and changes once. *ret_done: nothing was left to change. */
static int try_change(struct lineage *l, const struct api *api, const char *url,
		      const struct publish_owner *o, bool *ret_done, struct why *why)
{
	struct powerdns_rrset before = { 0 };
	struct publish_change change;
	struct tlsa *have;
	size_t count, i;
	int rc = read_rrset(l, api, url, o->zone->owner, &before, why);

	if (rc < 0)
		return rc;
	count = live_records(&before, &have);
	publish_owner_diff(o, have, count, &change);
	change.foreign += before.count - count;
	*ret_done = api->watch || (!change.add_count && !change.remove_count);
	if (api->watch)
		api->watch->tell(api->watch->arg, o, &change);
	else if (*ret_done)
		rc = publish_owner_note_foreign(l, o, change.foreign, why);
	else
		rc = send_change(l, api, url, &before, o, &change, why);
	publish_owner_clear(&change);
	for (i = 0; i < count; i++)
		tlsa_clear(&have[i]);
	free(have);
	powerdns_clear(&before);
	return rc;
}

static int change_owner(struct lineage *l, const struct publish_owner *o, void *arg,
			struct why *why)
{
	const struct api *api = arg;
	char *url =
		powerdns_zone_url(api->url, api->server_id ? api->server_id : "localhost",
				  api->zone ? api->zone : o->zone->apex);
	bool done = false;
	int rc = 0, i;

	for (i = 0; i < TRIES && rc == 0 && !done; i++)
		rc = try_change(l, api, url, o, &done, why);
	if (rc == 0 && !done)
		rc = why_set(why, DP_EDNS,
			     "%s accepted the change of %s, but its zone did not take it",
			     url, o->zone->owner);
	free(url);
	return rc;
}

int publish_powerdns_records(struct lineage *l, const char *options,
			     const struct wanted *wanted,
			     const struct publish_watch *watch,
			     enum publish_result *ret_result, struct why *why)
{
	struct api api = { .watch = watch };
	int rc = load_api(options, &api, why);

	if (rc == 0 && !l->env->fetch)
		rc = why_set(why, DP_EIO, "PowerDNS's API can't be asked");
	if (rc == 0)
		rc = publish_owner_each(l, wanted, change_owner, &api, why);
	if (rc == 0)
		*ret_result = PUBLISH_DONE;
	clear_api(&api);
	return rc;
}

int publish_powerdns_check(const struct lineage *l, const char *options, struct why *why)
{
	struct api api = { 0 };
	int rc = load_api(options, &api, why);

	(void)l;
	clear_api(&api);
	return rc;
}
