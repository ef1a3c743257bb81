/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/cloudflare.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/provider/json_read.h"
#include "setup/provider/provider.h"

#define PAGE_RECORDS 100
#define PAGES_MAX (PROVIDER_RECORDS_MAX / PAGE_RECORDS)

static int load_token(struct provider_session *s, struct why *why)
{
	return provider_load_token(s, "Bearer", why);
}

/* The same record is there, or the one to be changed has gone: somebody else was at it.
 * The codes are those that clients have met. */
static bool is_conflict(const char *code)
{
	static const char *const known[] = { "81057", "81058", "81044" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(code, known[i]))
			return true;
	return false;
}

static void take_error(const json_t *root, struct provider_answer *a)
{
	const json_t *first = json_array_get(json_object_get(root, "errors"), 0);
	uint32_t code = json_read_number(first, "code");

	a->error = json_read_text(first, "message");
	a->error_code = code ? mem_printf("%u", code) : NULL;
	if (a->error_code && is_conflict(a->error_code))
		a->number = DP_EBUSY;
	else if (code == 9106) /* a token that isn't one comes with status 400 */
		a->number = DP_EINVAL;
}

/* {"success": false, "errors": [{"code": 81053, "message": "..."}], ...} */
static int read_cloudflare_error(const char *body, const char *arg,
				 struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	take_error(root, ret_answer);
	json_decref(root);
	return rc;
}

/* {"success": true, "result": ...}: only success counts, whatever the status is.
 * *ret_root is to be json_decref()ed, also after a failure. */
static int read_result(const char *body, json_t **ret_root, const json_t **ret_result,
		       struct why *why)
{
	struct provider_answer said = { 0 };
	int rc = 0;

	*ret_root = json_read(body, &rc, why);
	*ret_result = json_object_get(*ret_root, "result");
	if (rc == 0 && !json_is_true(json_object_get(*ret_root, "success"))) {
		take_error(*ret_root, &said);
		rc = why_set(why, said.number ? (int)said.number : DP_EDNS,
			     "it says that this was no success%s%s",
			     said.error ? ": " : "", said.error ? said.error : "");
		provider_answer_clear(&said);
	}
	return rc;
}

static int read_success(const char *body, const char *arg,
			struct provider_answer *ret_answer, struct why *why)
{
	const json_t *result = NULL;
	json_t *root = NULL;
	int rc = read_result(body, &root, &result, why);

	(void)arg;
	(void)ret_answer;
	json_decref(root);
	return rc;
}

static int read_cloudflare_zone(const char *body, const char *apex,
				struct provider_answer *ret_answer, struct why *why)
{
	const json_t *result = NULL, *zone;
	json_t *root = NULL;
	int rc = read_result(body, &root, &result, why);

	zone = json_array_get(result, 0);
	ret_answer->zone_id = json_read_text(zone, "id");
	if (rc == 0 && !ret_answer->zone_id)
		rc = why_set(why, DP_EDNS, "the token sees no zone %s", apex);
	json_decref(root);
	return rc;
}

/* {"result": {"status": "active"}}; pending: signed, and the DS isn't at the parent. */
static int read_dnssec(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why)
{
	const json_t *result = NULL;
	json_t *root = NULL;
	int rc = read_result(body, &root, &result, why);
	const char *status = json_string_value(json_object_get(result, "status"));

	(void)arg;
	ret_answer->sign_word = json_read_text(result, "status");
	if (status && !strcmp(status, "disabled"))
		ret_answer->is_signed = PROVIDER_UNSIGNED;
	else if (status && !strcmp(status, "active"))
		ret_answer->is_signed = PROVIDER_SIGNED;
	json_decref(root);
	return rc;
}

static void find_signing(struct provider_session *s)
{
	char *path = mem_printf("/zones/%s/dnssec", s->zone.zone_id);

	provider_learn_signing(s, path, read_dnssec);
	free(path);
}

static int find_cloudflare_zone(struct provider_session *s, const char *apex,
				const char *owner, struct why *why)
{
	char *name = provider_encode(apex);
	char *path = mem_printf("/zones?name=%s", name);
	int rc = provider_enter_zone(s, path, read_cloudflare_zone, apex, why);

	(void)owner;
	if (rc == 0)
		find_signing(s);
	free(path);
	free(name);
	return rc;
}

/* "3 1 1 8F43..." of a record's data, on the heap; its content where it has none. */
static char *word_record(const json_t *record)
{
	const json_t *data = json_object_get(record, "data");
	const char *hex = json_string_value(json_object_get(data, "certificate"));
	const char *content = json_string_value(json_object_get(record, "content"));

	if (hex)
		return mem_printf("%u %u %u %s", json_read_number(data, "usage"),
				  json_read_number(data, "selector"),
				  json_read_number(data, "matching_type"), hex);
	return mem_text(content);
}

static int read_page(const char *body, const char *arg,
		     struct provider_answer *ret_answer, struct why *why)
{
	const json_t *result = NULL, *record;
	json_t *root = NULL;
	char *id, *content;
	size_t i;
	int rc = read_result(body, &root, &result, why);

	(void)arg;
	if (rc == 0 && !json_is_array(result))
		rc = why_set(why, DP_EFORMAT, "it has no list of records");
	json_array_foreach(result, i, record)
	{
		if (rc < 0)
			break;
		id = json_read_text(record, "id");
		content = word_record(record);
		rc = id && content
			     ? provider_answer_add_record(ret_answer, id, content, why)
			     : why_set(why, DP_EFORMAT,
				       "a record of it has no id or no content");
		if (!ret_answer->ttl)
			ret_answer->ttl = json_read_number(record, "ttl");
		free(id);
		free(content);
	}
	ret_answer->number =
		json_read_number(json_object_get(root, "result_info"), "total_pages");
	json_decref(root);
	return rc;
}

static int add_page(struct provider_answer *all, struct provider_answer *page,
		    struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < page->count && rc == 0; i++)
		rc = provider_answer_add_record(all, page->record[i].id,
						page->record[i].content, why);
	if (!all->ttl)
		all->ttl = page->ttl;
	return rc;
}

static int ask_cloudflare_records(struct provider_session *s, const char *owner,
				  struct provider_answer *ret_answer, struct why *why)
{
	char *name = provider_encode(owner), *path;
	struct provider_answer page;
	int64_t pages = 1;
	int rc = 0, i;

	*ret_answer = (struct provider_answer){ 0 };
	for (i = 1; i <= pages && rc == 0; i++) {
		path = mem_printf("/zones/%s/dns_records?type=TLSA&name=%s&per_page=%d"
				  "&page=%d",
				  s->zone.zone_id, name, PAGE_RECORDS, i);
		rc = provider_ask(s,
				  &(const struct provider_request){ .path = path,
								    .read = read_page },
				  &page, why);
		free(path);
		if (rc < 0)
			break;
		pages = page.number;
		rc = pages > PAGES_MAX
			     ? why_set(why, DP_ELIMIT, "%s has more than %d TLSA records",
				       owner, PROVIDER_RECORDS_MAX)
			     : add_page(ret_answer, &page, why);
		provider_answer_clear(&page);
	}
	if (rc < 0)
		provider_answer_clear(ret_answer);
	free(name);
	return rc;
}

static int add_cloudflare_record(struct provider_session *s, const char *owner,
				 const char *content, uint32_t ttl, struct why *why)
{
	char *path = mem_printf("/zones/%s/dns_records", s->zone.zone_id), *body, *hex;
	struct tlsa rr = { 0 };
	int rc = tlsa_parse(content, &rr, why);

	if (rc == 0) {
		hex = hex_encode(rr.data, rr.len);
		body = provider_json(json_pack("{s:s, s:s, s:I, s:{s:i, s:i, s:i, s:s}}",
					       "type", "TLSA", "name", owner, "ttl",
					       (json_int_t)ttl, "data", "usage", rr.usage,
					       "selector", rr.selector, "matching_type",
					       rr.mtype, "certificate", hex));
		rc = provider_ask(
			s,
			&(const struct provider_request){ .method = "POST",
							  .path = path,
							  .body = body,
							  .changes = true,
							  .read = read_success },
			NULL, why);
		free(body);
		free(hex);
	}
	tlsa_clear(&rr);
	free(path);
	return rc;
}

static int remove_cloudflare_record(struct provider_session *s, const char *owner,
				    const struct provider_record *record, struct why *why)
{
	char *id = provider_encode(record->id);
	char *path = mem_printf("/zones/%s/dns_records/%s", s->zone.zone_id, id);
	int rc = provider_delete(s, path, why);

	(void)owner;
	free(path);
	free(id);
	return rc;
}

static provider_read_fn *const readers[] = {
	read_cloudflare_error, read_success, read_cloudflare_zone,
	read_dnssec,	       read_page,    NULL
};

static const char *const servers[] = { "*.ns.cloudflare.com", "*.foundationdns.com",
				       "*.foundationdns.net", "*.foundationdns.org",
				       NULL };

const struct provider *cloudflare_provider(void)
{
	static const struct provider row = {
		.name = "cloudflare",
		.title = "Cloudflare",
		.url = "https://api.cloudflare.com/client/v4",
		.key_name = "the API token",
		.rights = "read the zone (Zone Read) and edit its records (DNS Edit)",
		.signing = "the zone's page at Cloudflare, DNS, Settings, DNSSEC",
		.ttl_min = 60,
		.ttl_max = 86400,
		.servers = servers,
		.load = load_token,
		.sign = provider_sign_bearer,
		.readers = readers,
		.find_zone = find_cloudflare_zone,
		.read = ask_cloudflare_records,
		.add = add_cloudflare_record,
		.remove = remove_cloudflare_record,
	};

	return &row;
}
