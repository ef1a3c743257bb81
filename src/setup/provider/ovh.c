/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/ovh.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/provider/api_signature.h"
#include "setup/provider/json_read.h"
#include "setup/provider/key_lines.h"
#include "setup/provider/provider.h"
#include "setup/world/env.h"

#define RECORDS_MAX 100 /* at one owner: each is a request */

enum { APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY };

static int take_keys(struct provider_session *s, const char *text, struct why *why)
{
	static const char *const names[] = { "application_key", "application_secret",
					     "consumer_key" };
	size_t i;

	for (i = 0; i < 3; i++) {
		s->secret[i] = key_lines_find(text, NULL, names[i]);
		if (!s->secret[i])
			return why_set(why, DP_EFORMAT, "%s lacks a line \"%s = ...\"",
				       s->options.key_file, names[i]);
	}
	return 0;
}

/* "application_key = ...", as OVH's own clients have it in ovh.conf. */
static int load_keys(struct provider_session *s, struct why *why)
{
	char *text = NULL;
	int rc = provider_read_key(s, &text, why);

	if (rc == 0)
		rc = take_keys(s, text, why);
	provider_forget(&text);
	return rc;
}

static int read_time(const char *body, const char *arg,
		     struct provider_answer *ret_answer, struct why *why)
{
	char *digits = mem_text_n(body, strcspn(body, " \r\n"));
	int rc = number_parse(digits, 1, INT64_C(1) << 40, &ret_answer->number, why);

	(void)arg;
	free(digits);
	return rc;
}

/* A signature holds its time by the API's clock. */
static int ask_clock(struct provider_session *s, struct why *why)
{
	struct provider_answer a = { 0 };
	int rc = provider_ask(s,
			      &(const struct provider_request){ .path = "/auth/time",
								.unsigned_ = true,
								.read = read_time },
			      &a, why);

	if (rc == 0)
		s->clock_s = a.number - (int64_t)env_now(s->env);
	provider_answer_clear(&a);
	return rc;
}

static int sign_request(struct provider_session *s, const struct env_request *r,
			struct provider_signed *ret_signed, struct why *why)
{
	char *now = mem_printf("%lld", (long long)env_now(s->env) + s->clock_s);
	char *text = mem_printf("%s+%s+%s+%s+%s+%s", s->secret[APPLICATION_SECRET],
				s->secret[CONSUMER_KEY], r->method ? r->method : "GET",
				r->url, r->body ? r->body : "", now);
	char *digest = NULL;
	int rc = api_signature_sha1(text, &digest, why);

	if (rc == 0) {
		ret_signed->header[0] =
			mem_printf("X-Ovh-Application: %s", s->secret[APPLICATION_KEY]);
		ret_signed->header[1] =
			mem_printf("X-Ovh-Consumer: %s", s->secret[CONSUMER_KEY]);
		ret_signed->header[2] = mem_printf("X-Ovh-Timestamp: %s", now);
		ret_signed->header[3] = mem_printf("X-Ovh-Signature: $1$%s", digest);
	}
	mem_wipe(text, strlen(text));
	free(text);
	free(digest);
	free(now);
	return rc;
}

/* {"class": "Client::NotFound", "message": "..."} */
static int read_ovh_error(const char *body, const char *arg,
			  struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	ret_answer->error = json_read_text(root, "message");
	ret_answer->error_code = json_read_text(root, "class");
	if (ret_answer->error && !strncmp(ret_answer->error, "Invalid signature", 17))
		ret_answer->number = DP_EINVAL;
	json_decref(root);
	return rc;
}

/* {"status": "enabled"}, "disabled", "enableInProgress", "disableInProgress" */
static int read_dnssec(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const char *status = json_string_value(json_object_get(root, "status"));

	(void)arg;
	ret_answer->sign_word = json_read_text(root, "status");
	if (status && !strcmp(status, "enabled"))
		ret_answer->is_signed = PROVIDER_SIGNED;
	else if (status && !strcmp(status, "disabled"))
		ret_answer->is_signed = PROVIDER_UNSIGNED;
	json_decref(root);
	return rc;
}

/* Asking how the zone is signed shows that it is there, too. */
static int find_ovh_zone(struct provider_session *s, const char *apex, const char *owner,
			 struct why *why)
{
	char *name = provider_encode(apex);
	char *path = mem_printf("/domain/zone/%s/dnssec", name);
	struct why inner;
	int rc = provider_ask(
		s, &(const struct provider_request){ .path = path, .read = read_dnssec },
		&s->zone, &inner);

	(void)owner;
	free(path);
	/* keys that may not ask for that leave it unknown */
	path = mem_printf("/domain/zone/%s", name);
	if (rc < 0)
		rc = provider_ask(s, &(const struct provider_request){ .path = path },
				  NULL, why);
	if (rc == 0)
		s->zone.zone = mem_text(apex);
	free(path);
	free(name);
	return rc;
}

/* [123, 456] */
static int read_ids(const char *body, const char *arg, struct provider_answer *ret_answer,
		    struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const json_t *value;
	char *id;
	size_t i;

	(void)arg;
	if (rc == 0 && !json_is_array(root))
		rc = why_set(why, DP_EFORMAT, "it is no list of numbers");
	json_array_foreach(root, i, value)
	{
		if (rc < 0)
			break;
		if (!json_is_integer(value))
			rc = why_set(why, DP_EFORMAT, "it is no list of numbers");
		else if (i >= RECORDS_MAX)
			rc = why_set(why, DP_ELIMIT, "there are more than %d records",
				     RECORDS_MAX);
		if (rc < 0)
			break;
		id = mem_printf("%lld", (long long)json_integer_value(value));
		rc = provider_answer_add_record(ret_answer, id, "", why);
		free(id);
	}
	json_decref(root);
	return rc;
}

/* {"id": 123, "fieldType": "TLSA", "subDomain": ..., "target": "3 1 1 ...", "ttl": 0} */
static int read_record(const char *body, const char *id,
		       struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const char *target = json_string_value(json_object_get(root, "target"));

	if (rc == 0 && !target)
		rc = why_set(why, DP_EFORMAT, "the record has no target");
	if (rc == 0)
		rc = provider_answer_add_record(ret_answer, id, target, why);
	ret_answer->ttl = json_read_number(root, "ttl");
	json_decref(root);
	return rc;
}

static char *make_path(const struct provider_session *s, const char *id)
{
	char *zone = provider_encode(s->zone.zone);
	char *path = mem_printf("/domain/zone/%s/record%s%s", zone, id ? "/" : "",
				id ? id : "");

	free(zone);
	return path;
}

/* The name of the zone itself is "" there. */
static char *make_relative(const struct provider_session *s, const char *owner)
{
	char *relative = provider_relative(owner, s->zone.zone);

	if (relative && !strcmp(relative, "@"))
		*relative = '\0';
	return relative ? relative : mem_text(owner);
}

static int read_one(struct provider_session *s, const char *id,
		    struct provider_answer *all, struct why *why)
{
	char *path = make_path(s, id);
	struct provider_answer one = { 0 };
	int rc = provider_ask(
		s,
		&(const struct provider_request){
			.path = path, .may_lack = true, .read = read_record, .arg = id },
		&one, why);

	if (rc == 0 && one.count)
		rc = provider_answer_add_record(all, id, one.record[0].content, why);
	if (rc == 0 && !all->ttl)
		all->ttl = one.ttl;
	provider_answer_clear(&one);
	free(path);
	return rc;
}

static int ask_ovh_records(struct provider_session *s, const char *owner,
			   struct provider_answer *ret_answer, struct why *why)
{
	char *relative = make_relative(s, owner), *name = provider_encode(relative);
	char *base = make_path(s, NULL);
	char *path = mem_printf("%s?fieldType=TLSA&subDomain=%s", base, name);
	struct provider_answer ids = { 0 };
	size_t i;
	int rc = provider_ask(
		s, &(const struct provider_request){ .path = path, .read = read_ids },
		&ids, why);

	*ret_answer = (struct provider_answer){ 0 };
	for (i = 0; i < ids.count && rc == 0; i++)
		rc = read_one(s, ids.record[i].id, ret_answer, why);
	if (rc < 0)
		provider_answer_clear(ret_answer);
	provider_answer_clear(&ids);
	free(path);
	free(base);
	free(name);
	free(relative);
	return rc;
}

static int add_ovh_record(struct provider_session *s, const char *owner,
			  const char *content, uint32_t ttl, struct why *why)
{
	char *path = make_path(s, NULL), *relative = make_relative(s, owner);
	char *body = provider_json(json_pack("{s:s, s:s, s:s, s:I}", "fieldType", "TLSA",
					     "subDomain", relative, "target", content,
					     "ttl", (json_int_t)ttl));
	int rc = provider_ask(
		s,
		&(const struct provider_request){
			.method = "POST", .path = path, .body = body, .changes = true },
		NULL, why);

	free(body);
	free(relative);
	free(path);
	return rc;
}

static int remove_ovh_record(struct provider_session *s, const char *owner,
			     const struct provider_record *record, struct why *why)
{
	char *path = make_path(s, record->id);
	int rc = provider_delete(s, path, why);

	(void)owner;
	free(path);
	return rc;
}

/* Without it nothing is served, also what an earlier run gave and couldn't have served.
 */
static int refresh_zone(struct provider_session *s, struct why *why)
{
	char *zone = provider_encode(s->zone.zone);
	char *path = mem_printf("/domain/zone/%s/refresh", zone);
	int rc = provider_ask(
		s,
		&(const struct provider_request){
			.method = "POST", .path = path, .body = "", .changes = true },
		NULL, why);

	free(path);
	free(zone);
	return rc;
}

static provider_read_fn *const readers[] = { read_ovh_error, read_time,	  read_dnssec,
					     read_ids,	     read_record, NULL };

static const char *const servers[] = { "dns*.ovh.net", "ns*.ovh.net",  "dns*.ovh.ca",
				       "ns*.ovh.ca",   "*.anycast.me", NULL };

const struct provider *ovh_provider(void)
{
	static const struct provider row = {
		.name = "ovh",
		.title = "OVHcloud",
		.url = "https://eu.api.ovh.com/1.0",
		.key_name = "the application key, its secret and the consumer key",
		.rights = "GET, POST and DELETE below /domain/zone/ZONE/",
		.signing = "the domain's page at OVHcloud, DNSSEC",
		.ttl_min = 60,
		.servers = servers,
		.load = load_keys,
		.open = ask_clock,
		.sign = sign_request,
		.readers = readers,
		.find_zone = find_ovh_zone,
		.read = ask_ovh_records,
		.add = add_ovh_record,
		.remove = remove_ovh_record,
		.apply = refresh_zone,
	};

	return &row;
}
