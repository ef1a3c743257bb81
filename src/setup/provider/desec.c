/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/desec.h"

#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/json_read.h"
#include "setup/provider/provider.h"

static int load_token(struct provider_session *s, struct why *why)
{
	return provider_load_token(s, "Token", why);
}

/* {"FIELD": ["what is wrong with it"]} */
static char *word_field(json_t *object)
{
	const char *name, *said;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		said = json_string_value(json_array_get(value, 0));
		if (said)
			return mem_printf("%s: %s", name, said);
	}
	return NULL;
}

/* {"detail": "..."}, or fields, or a list with one of these per RRset, {} where it is
 * fine. */
static int read_desec_error(const char *body, const char *arg,
			    struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why), *at = root;
	size_t i;

	(void)arg;
	for (i = 0; i < json_array_size(root); i++) {
		at = json_array_get(root, i);
		if (json_object_size(at))
			break;
	}
	ret_answer->error = json_read_text(at, "detail");
	if (!ret_answer->error)
		ret_answer->error = word_field(at);
	json_decref(root);
	return rc;
}

/* [] or [{"name": ..., "minimum_ttl": ...}] */
static int read_desec_zone(const char *body, const char *owner,
			   struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const json_t *zone = json_array_get(root, 0);

	if (root && !json_is_array(root))
		rc = why_set(why, DP_EFORMAT, "it is no list of domains");
	else if (root && !zone)
		rc = why_set(why, DP_EDNS,
			     "the account of the token has no domain for %s", owner);
	ret_answer->zone = json_read_text(zone, "name");
	ret_answer->ttl_min = json_read_number(zone, "minimum_ttl");
	ret_answer->is_signed = PROVIDER_SIGNED; /* each of them is */
	if (rc == 0 && !ret_answer->zone)
		rc = why_set(why, DP_EFORMAT, "its domain has no name");
	json_decref(root);
	return rc;
}

static int find_desec_zone(struct provider_session *s, const char *apex,
			   const char *owner, struct why *why)
{
	char *name = provider_encode(owner);
	char *path = mem_printf("/domains/?owns_qname=%s", name);
	const struct provider_request request = { .path = path,
						  .read = read_desec_zone,
						  .arg = owner };
	int rc = provider_ask(s, &request, &s->zone, why);

	(void)apex;
	free(path);
	free(name);
	return rc;
}

/* {"subname": ..., "type": "TLSA", "ttl": ..., "records": [...]} */
static int read_desec_rrset(const char *body, const char *arg,
			    struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	ret_answer->ttl = json_read_number(root, "ttl");
	if (rc == 0)
		rc = json_read_records(json_object_get(root, "records"), ret_answer, why);
	json_decref(root);
	return rc;
}

static int ask_desec_records(struct provider_session *s, const char *owner,
			     struct provider_answer *ret_answer, struct why *why)
{
	char *zone = provider_encode(s->zone.zone);
	char *relative = provider_relative(owner, s->zone.zone);
	char *name = relative ? provider_encode(relative) : NULL;
	char *path = mem_printf("/domains/%s/rrsets/%s/TLSA/", zone, name ? name : "");
	const struct provider_request request = { .path = path,
						  .may_lack = true,
						  .read = read_desec_rrset };
	int rc = relative ? provider_ask(s, &request, ret_answer, why)
			  : why_set(why, DP_EDNS, "%s isn't in deSEC's domain %s", owner,
				    s->zone.zone);

	free(path);
	free(name);
	free(relative);
	free(zone);
	return rc;
}

/* One RRset in a list replaces it whole; one without records goes. */
static int replace_desec_records(struct provider_session *s, const char *owner,
				 const struct provider_answer *before,
				 const struct provider_records *after, struct why *why)
{
	char *zone = provider_encode(s->zone.zone);
	char *relative = provider_relative(owner, s->zone.zone);
	char *path = mem_printf("/domains/%s/rrsets/", zone), *body;
	json_t *list = json_array(), *records = json_array();
	size_t i;
	int rc;

	(void)before;
	for (i = 0; i < after->count; i++)
		json_array_append_new(records, json_string(after->content[i]));
	json_array_append_new(
		list,
		json_pack("{s:s, s:s, s:I, s:o}", "subname",
			  relative && strcmp(relative, "@") != 0 ? relative : "", "type",
			  "TLSA", "ttl", (json_int_t)after->ttl, "records", records));
	body = provider_json(list);
	rc = provider_ask(
		s,
		&(const struct provider_request){
			.method = "PUT", .path = path, .body = body, .changes = true },
		NULL, why);
	free(body);
	free(relative);
	free(path);
	free(zone);
	return rc;
}

static provider_read_fn *const readers[] = { read_desec_error, read_desec_zone,
					     read_desec_rrset, NULL };

static const char *const servers[] = { "ns*.desec.io", "ns*.desec.org", NULL };

const struct provider *desec_provider(void)
{
	static const struct provider row = {
		.name = "desec",
		.title = "deSEC",
		.url = "https://desec.io/api/v1",
		.key_name = "the API token",
		.rights = "read its domains and write TLSA records there",
		.signing = "deSEC signs every zone",
		.ttl_min = 3600,
		.ttl_max = 86400,
		.servers = servers,
		.load = load_token,
		.sign = provider_sign_bearer,
		.readers = readers,
		.find_zone = find_desec_zone,
		.read = ask_desec_records,
		.replace = replace_desec_records,
	};

	return &row;
}
