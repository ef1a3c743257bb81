/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/powerdns.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/apart.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"

#define API "/api/v1"
#define URL_MAX 4096
#define ERROR_MAX 300
#define CONTENT_MAX (128 * 1024) /* of a record: 64 KiB in hexadecimal */
#define FACTS_MAX (2 << 20)	 /* more than a page has */

/* An id of the API: a name with a final dot, "=XX" for what a URL's path can't hold. */
static void add_id(struct buf *b, const char *name)
{
	for (; *name; name++) {
		if (*name == '/')
			buf_text(b, "=2F");
		else
			buf_add(b, name, 1);
	}
	buf_text(b, ".");
}

char *powerdns_zone_url(const char *url, const char *server_id, const char *zone)
{
	size_t len = strlen(url);
	struct buf b;
	char *text;

	while (len && url[len - 1] == '/')
		len--;
	if (len > strlen(API) && !strncmp(url + len - strlen(API), API, strlen(API)))
		len -= strlen(API);
	buf_init(&b, URL_MAX);
	buf_add(&b, url, len);
	buf_printf(&b, API "/servers/%s/zones/", server_id);
	add_id(&b, zone);
	text = mem_text(b.overflow ? "" : buf_str(&b));
	buf_clear(&b);
	return text;
}

/* name has a final dot, owner hasn't. */
static bool is_owner(const char *name, const char *owner)
{
	size_t len = strlen(owner);

	return name && !strncasecmp(name, owner, len) && !strcmp(name + len, ".");
}

static int take_records(const json_t *rrset, struct powerdns_rrset *r, struct why *why)
{
	const json_t *records = json_object_get(rrset, "records"), *record;
	const char *content;
	size_t i;

	if (!json_is_array(records) || json_array_size(records) > POWERDNS_RECORDS_MAX)
		return why_set(why, DP_EFORMAT, "the API's RRset has no list of records");
	json_array_foreach(records, i, record)
	{
		content = json_string_value(json_object_get(record, "content"));
		if (!content)
			return why_set(why, DP_EFORMAT,
				       "a record of the API has no content");
		r->record = mem_grow(r->record, r->count, sizeof(*r->record));
		r->record[r->count++] = (struct powerdns_record){
			mem_text(content),
			json_is_true(json_object_get(record, "disabled"))
		};
	}
	r->ttl = (uint32_t)json_integer_value(json_object_get(rrset, "ttl"));
	return 0;
}

/* An alias that is disabled isn't in DNS. */
static bool is_alias(const json_t *rrset)
{
	const json_t *record;
	size_t i;

	json_array_foreach(
		json_object_get(rrset, "records"), i,
		record) if (!json_is_true(json_object_get(record,
							  "disabled"))) return true;
	return false;
}

static int take_rrset(const json_t *rrset, const char *owner, struct powerdns_rrset *r,
		      struct why *why)
{
	const char *type = json_string_value(json_object_get(rrset, "type"));

	if (!type || !is_owner(json_string_value(json_object_get(rrset, "name")), owner))
		return 0;
	if (!strcmp(type, "CNAME") && is_alias(rrset))
		return why_set(why, DP_EINVAL,
			       "%s is an alias: no record can be beside a CNAME", owner);
	return strcmp(type, "TLSA") || r->count ? 0 : take_records(rrset, r, why);
}

int powerdns_read(const char *text, const char *owner, struct powerdns_rrset *ret_rrset,
		  struct why *why)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *rrsets = json_object_get(root, "rrsets"), *rrset;
	struct powerdns_rrset r = { 0 };
	size_t i;
	int rc = 0;

	if (!json_is_array(rrsets))
		rc = why_set(why, DP_EFORMAT, "its answer is no zone in PowerDNS's JSON");
	json_array_foreach(rrsets, i, rrset)
	{
		rc = take_rrset(rrset, owner, &r, why);
		if (rc < 0)
			break;
	}
	json_decref(root);
	if (rc < 0)
		powerdns_clear(&r);
	else
		*ret_rrset = r;
	return rc;
}

struct question {
	const char *text, *owner;
};

static int find_rrset(const void *arg, struct buf *facts, struct why *why)
{
	const struct question *q = arg;
	struct powerdns_rrset r = { 0 };
	int rc = powerdns_read(q->text, q->owner, &r, why);
	size_t i;

	if (rc < 0)
		return rc;
	fields_put_number(facts, r.ttl);
	fields_put_number(facts, (int64_t)r.count);
	for (i = 0; i < r.count; i++) {
		/* as it is, or not at all: it is written back */
		fields_put_octets(facts, r.record[i].content,
				  strlen(r.record[i].content));
		fields_put_number(facts, r.record[i].disabled);
	}
	powerdns_clear(&r);
	return 0;
}

int powerdns_take(const struct buf *facts, struct powerdns_rrset *ret_rrset,
		  struct why *why)
{
	struct powerdns_rrset r = { 0 };
	struct fields f;
	size_t count;

	fields_begin(&f, facts);
	r.ttl = (uint32_t)fields_number(&f, 0, UINT32_MAX);
	count = (size_t)fields_number(&f, 0, POWERDNS_RECORDS_MAX);
	r.record = mem_array(count, sizeof(*r.record));
	for (; r.count < count && !f.bad; r.count++) {
		r.record[r.count].content = fields_text(&f, CONTENT_MAX);
		r.record[r.count].disabled = fields_number(&f, 0, 1);
	}
	if (!fields_end(&f)) {
		powerdns_clear(&r);
		return why_set(why, DP_EFORMAT,
			       "its answer has a record that can't be one of a zone");
	}
	*ret_rrset = r;
	return 0;
}

int powerdns_read_apart(const char *text, const char *owner,
			struct powerdns_rrset *ret_rrset, struct why *why)
{
	const struct question q = { text, owner };
	struct buf facts;
	int rc = apart_run(find_rrset, &q, APART_BOUNDS(FACTS_MAX), &facts, why);

	if (rc == 0)
		rc = powerdns_take(&facts, ret_rrset, why);
	buf_clear(&facts);
	return rc;
}

void powerdns_clear(struct powerdns_rrset *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		free(r->record[i].content);
	free(r->record);
	*r = (struct powerdns_rrset){ 0 };
}

bool powerdns_tlsa(const struct powerdns_record *record, struct tlsa *ret_rr)
{
	struct why why;

	return tlsa_parse(record->content, ret_rr, &why) == 0;
}

/* A record that can't be read isn't ours, so it stays. */
static bool record_stays(const struct powerdns_record *record,
			 const struct powerdns_change *change)
{
	struct tlsa rr = { 0 };
	bool gone;

	if (!powerdns_tlsa(record, &rr))
		return true;
	gone = tlsa_is_among(&rr, change->add, change->add_count) ||
	       (!record->disabled &&
		tlsa_is_among(&rr, change->remove, change->remove_count));
	tlsa_clear(&rr);
	return !gone;
}

static void add_record(json_t *list, const char *content, bool disabled)
{
	json_t *record = json_object();

	json_object_set_new(record, "content", json_string(content));
	json_object_set_new(record, "disabled", json_boolean(disabled));
	json_array_append_new(list, record);
}

/* {"name": ..., "changetype": ...}; takes records. */
static json_t *make_rrset(const struct powerdns_change *change, json_t *records)
{
	char *name = mem_printf("%s.", change->owner);
	bool none = json_array_size(records) == 0;
	json_t *rrset = json_object();

	json_object_set_new(rrset, "name", json_string(name));
	json_object_set_new(rrset, "type", json_string("TLSA"));
	json_object_set_new(rrset, "changetype",
			    json_string(none ? "DELETE" : "REPLACE"));
	json_object_set_new(rrset, "ttl", json_integer(change->ttl));
	json_object_set_new(rrset, "records", records);
	free(name);
	return rrset;
}

char *powerdns_patch(const struct powerdns_rrset *before,
		     const struct powerdns_change *change)
{
	json_t *root = json_object(), *rrsets = json_array(), *records = json_array();
	char *text;
	size_t i;

	for (i = 0; i < before->count; i++)
		if (record_stays(&before->record[i], change))
			add_record(records, before->record[i].content,
				   before->record[i].disabled);
	for (i = 0; i < change->add_count; i++) {
		text = tlsa_to_text(&change->add[i]);
		add_record(records, text, false);
		free(text);
	}
	json_array_append_new(rrsets, make_rrset(change, records));
	json_object_set_new(root, "rrsets", rrsets);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (!text)
		mem_exhausted();
	return text;
}

char *powerdns_error(const char *text)
{
	json_t *root = json_loads(text, 0, NULL);
	const char *error = json_string_value(json_object_get(root, "error"));
	char *copy =
		mem_text_n(error ? error : "", error ? strnlen(error, ERROR_MAX) : 0);
	char *c;

	for (c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	json_decref(root);
	return copy;
}

static int find_error(const void *text, struct buf *facts, struct why *why)
{
	char *error = powerdns_error(text);

	(void)why;
	fields_put_text(facts, error);
	free(error);
	return 0;
}

char *powerdns_error_apart(const char *text)
{
	struct fields f;
	struct buf facts;
	struct why why;
	char *error = NULL;

	if (apart_run(find_error, text, APART_BOUNDS(2 * ERROR_MAX), &facts, &why) < 0)
		buf_reset(&facts);
	fields_begin(&f, &facts);
	error = fields_text(&f, ERROR_MAX);
	buf_clear(&facts);
	return error;
}
