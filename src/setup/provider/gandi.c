/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/gandi.h"

#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/json_read.h"
#include "setup/provider/provider.h"

static int load_token(struct provider_session *s, struct why *why)
{
	return provider_load_token(s, "Bearer", why);
}

/* {"object": ..., "cause": ..., "code": ..., "message": ...} */
static int read_gandi_error(const char *body, const char *arg,
			    struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	ret_answer->error = json_read_text(root, "message");
	json_decref(root);
	return rc;
}

/* [{"flags": 257, "status": "active", ...}] */
static int read_keys(const char *body, const char *arg,
		     struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	if (rc == 0 && !json_is_array(root))
		rc = why_set(why, DP_EFORMAT, "it is no list of keys");
	ret_answer->is_signed =
		json_array_size(root) ? PROVIDER_SIGNED : PROVIDER_UNSIGNED;
	ret_answer->sign_word = mem_text("no keys");
	json_decref(root);
	return rc;
}

static int find_gandi_zone(struct provider_session *s, const char *apex,
			   const char *owner, struct why *why)
{
	char *name = provider_encode(apex);
	char *path = mem_printf("/domains/%s", name);
	char *keys_path = mem_printf("/domains/%s/keys", name);
	int rc = provider_ask(s, &(const struct provider_request){ .path = path },
			      &s->zone, why);

	(void)owner;
	if (rc == 0) {
		s->zone.zone = mem_text(apex);
		provider_learn_signing(s, keys_path, read_keys);
	}
	free(keys_path);
	free(path);
	free(name);
	return rc;
}

/* {"rrset_name": ..., "rrset_type": "TLSA", "rrset_ttl": ..., "rrset_values": [...]} */
static int read_gandi_rrset(const char *body, const char *arg,
			    struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	ret_answer->ttl = json_read_number(root, "rrset_ttl");
	if (rc == 0)
		rc = json_read_records(json_object_get(root, "rrset_values"), ret_answer,
				       why);
	json_decref(root);
	return rc;
}

static char *make_path(const struct provider_session *s, const char *owner)
{
	char *zone = provider_encode(s->zone.zone);
	char *relative = provider_relative(owner, s->zone.zone);
	char *name = provider_encode(relative ? relative : owner);
	char *path = mem_printf("/domains/%s/records/%s/TLSA", zone, name);

	free(name);
	free(relative);
	free(zone);
	return path;
}

static int ask_gandi_records(struct provider_session *s, const char *owner,
			     struct provider_answer *ret_answer, struct why *why)
{
	char *path = make_path(s, owner);
	const struct provider_request request = { .path = path,
						  .may_lack = true,
						  .read = read_gandi_rrset };
	int rc = provider_ask(s, &request, ret_answer, why);

	free(path);
	return rc;
}

static bool is_in(const char *content, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(content, list[i]))
			return true;
	return false;
}

/* What after has beyond before, or the other way round. */
static json_t *list_added(const struct provider_answer *before,
			  const struct provider_records *after)
{
	const char **had = mem_array(before->count, sizeof(*had));
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < before->count; i++)
		had[i] = before->record[i].content;
	for (i = 0; i < after->count; i++)
		if (!is_in(after->content[i], had, before->count))
			json_array_append_new(list, json_string(after->content[i]));
	free(had);
	return list;
}

static json_t *list_removed(const struct provider_answer *before,
			    const struct provider_records *after)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < before->count; i++)
		if (!is_in(before->record[i].content, after->content, after->count))
			json_array_append_new(list,
					      json_string(before->record[i].content));
	return list;
}

/* The API makes the difference itself where the RRset is there, so that a record which
 * somebody else adds at the same moment isn't lost; a new one is refused with 409 where
 * there is one meanwhile. */
static int replace_gandi_records(struct provider_session *s, const char *owner,
				 const struct provider_answer *before,
				 const struct provider_records *after, struct why *why)
{
	json_t *added = list_added(before, after);
	char *path = make_path(s, owner), *body = NULL;
	const char *method = "DELETE";
	int rc;

	if (!before->count) {
		method = "POST";
		body = provider_json(json_pack("{s:O, s:I}", "rrset_values", added,
					       "rrset_ttl", (json_int_t)after->ttl));
	} else if (after->count) {
		method = "PATCH";
		body = provider_json(json_pack("{s:O, s:o}", "add_rrset_values", added,
					       "remove_rrset_values",
					       list_removed(before, after)));
	}
	rc = provider_ask(
		s,
		&(const struct provider_request){
			.method = method, .path = path, .body = body, .changes = true },
		NULL, why);
	json_decref(added);
	free(body);
	free(path);
	return rc;
}

static provider_read_fn *const readers[] = { read_gandi_error, read_keys,
					     read_gandi_rrset, NULL };

static const char *const servers[] = { "ns-*.gandi.net", "*.dns.gandi.net", NULL };

const struct provider *gandi_provider(void)
{
	static const struct provider row = {
		.name = "gandi",
		.title = "Gandi",
		.url = "https://api.gandi.net/v5/livedns",
		.key_name = "the personal access token",
		.rights = "manage the domain's technical configurations",
		.signing = "the domain's page at Gandi, DNSSEC",
		.ttl_min = 300,
		.ttl_max = 2592000,
		.servers = servers,
		.load = load_token,
		.sign = provider_sign_bearer,
		.readers = readers,
		.find_zone = find_gandi_zone,
		.read = ask_gandi_records,
		.replace = replace_gandi_records,
	};

	return &row;
}
